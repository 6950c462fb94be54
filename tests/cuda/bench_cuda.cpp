// bench_cuda [--json FILE]: how long kernels take on this machine's GPU, beside what it could do at most: the bandwidth of a copy
// in device memory and the rate of fused multiply-adds, which are measured first, in the same run.
//
// A time is the median of kRounds by CUDA's events, each with a cold cache. Exit codes: 0 all was timed, 1 some case was not
// (its entry says why), 2 bad input, 77 no GPU.
#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench_kernels.hpp"
#include "device_array.hpp"
#include "kernels/cuda/exact.hpp"

namespace radixlab {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kRounds = 9;
constexpr std::size_t kCacheBytes = std::size_t{256} << 20;  // more than any GPU's

/// Something to time. `prepare` allocates, outside the clock, and gives the launch; what it captures lives until all is timed.
struct Case {
  std::string name, type;
  double bytes;  // that must move once, read and written
  double fmas;   // of the formula
  std::function<std::function<void()>()> prepare;
};

void check(cudaError_t error, const char* what) {
  if (error != cudaSuccess) throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(error));
}

/// Microseconds of a launch: {median, shortest}.
std::pair<double, double> time_of(const std::function<void()>& launch) {
  const DeviceArray<unsigned char> cache("cache", kCacheBytes);
  cudaEvent_t begin, end;
  check(cudaEventCreate(&begin), "event");
  check(cudaEventCreate(&end), "event");
  std::vector<double> times;
  for (int round = -1; round < kRounds; ++round) {  // the first loads the kernel
    check(cudaMemsetAsync(cache.data(), round, kCacheBytes), "cold cache");
    check(cudaEventRecord(begin), "event");
    launch();
    check(cudaEventRecord(end), "event");
    check(cudaEventSynchronize(end), "kernel");
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, begin, end), "event");
    if (round >= 0) times.push_back(1e3 * milliseconds);
  }
  cudaEventDestroy(begin), cudaEventDestroy(end);
  std::ranges::sort(times);
  return {times[times.size() / 2], times.front()};
}

template <class T>
std::shared_ptr<DeviceArray<T>> filled(std::size_t n) {
  auto array = std::make_shared<DeviceArray<T>>("bench", n);
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, BFloat16>) bench::fill(array->data(), n);
  return array;
}
template <class T>
std::shared_ptr<DeviceArray<T>> with(std::vector<T> values) {
  return std::make_shared<DeviceArray<T>>("bench", values);
}

// ---- What is timed: add a case to cases() below.

/// y [rows, n] = x [rows, k] W^T.
Case linear(int rows, int n, int k) {
  const auto size = [](double a, double b) { return 2 * a * b; };
  return {"exact::linear, rows " + std::to_string(rows) + ", n " + std::to_string(n) + ", k " + std::to_string(k),
          "bfloat16", size(rows, k) + size(n, k) + size(rows, n), 1.0 * rows * n * k, [=] {
            const auto x = filled<BFloat16>(std::size_t(rows) * k), y = filled<BFloat16>(std::size_t(rows) * n);
            const auto w = filled<BFloat16>(std::size_t(n + 15) / 16 * 16 * ((k + 31) / 32 * 32));
            return [=] { exact::linear(x->data(), rows, {w->data(), n, k}, y->data()); };
          }};
}

struct Decode {
  int requests, tokens, heads, kv_heads, head_dim, page_size;

  std::string name(const std::string& kernel) const {
    return kernel + ", decode of " + std::to_string(requests) + " x " + std::to_string(tokens) + " tokens, heads " +
           std::to_string(heads) + "/" + std::to_string(kv_heads) + " x " + std::to_string(head_dim) + ", pages of " +
           std::to_string(page_size);
  }
  double keys() const { return 1.0 * requests * tokens; }
  double bytes(int of_number) const {
    return of_number * (2 * keys() * kv_heads * head_dim + 2.0 * requests * heads * head_dim);
  }
  double fmas() const { return 2 * keys() * heads * head_dim; }
};

/// A query a request over all its keys; neighbouring pages of a request lie far apart.
Case decode_attention(const Decode& d) {
  return {d.name("exact::attention"), "bfloat16", d.bytes(2), d.fmas(), [d] {
            const int max_pages = (d.tokens + d.page_size - 1) / d.page_size;
            const std::size_t stride = std::size_t{2} * d.kv_heads * d.page_size * d.head_dim;
            std::vector<int> sequence(d.requests), length(d.requests, d.tokens);
            std::vector<std::uint32_t> table(std::size_t(d.requests) * max_pages);
            for (int r = 0; r < d.requests; ++r) {
              sequence[r] = r;
              for (int p = 0; p < max_pages; ++p)
                table[std::size_t(r) * max_pages + p] = std::uint32_t(p * d.requests + r);
            }
            const auto pool = filled<BFloat16>(table.size() * stride);
            const auto q = filled<BFloat16>(std::size_t(d.requests) * d.heads * d.head_dim),
                       out = filled<BFloat16>(q->size());
            const auto scratch = filled<float>(exact::attention_scratch(d.requests, d.heads, d.tokens));
            const auto sequences = with(sequence), lengths = with(length);
            const auto pages = with(table);
            return [=] {
              exact::attention(q->data(), {sequences->data(), lengths->data(), d.requests}, d.heads, d.tokens,
                               {pool->data(), stride, d.kv_heads, d.page_size, d.head_dim, pages->data(), max_pages},
                               scratch->data(), out->data());
            };
          }};
}

std::vector<Case> cases() {
  return {
      linear(1, 4096, 4096), linear(64, 4096, 4096), linear(1024, 4096, 4096),
      decode_attention({.requests = 64, .tokens = 4096, .heads = 32, .kv_heads = 8, .head_dim = 128, .page_size = 16})};
}

// ----

/// Bytes a second, those read and those written.
double copy_rate() {
  constexpr std::size_t n = std::size_t{512} << 20;
  const DeviceArray<unsigned char> from("copied", n), to("copy", n);
  const auto [median, least] =
      time_of([&] { check(cudaMemcpyAsync(to.data(), from.data(), n, cudaMemcpyDeviceToDevice), "copy"); });
  return 2.0 * n / (median * 1e-6);
}

double fma_rate() {
  constexpr std::size_t threads = std::size_t{1} << 21;
  const DeviceArray<float> out("sums", threads);
  const auto [median, least] = time_of([&] { bench::fused_multiply_adds(out.data(), threads); });
  return 1.0 * threads * bench::kFmaChains * bench::kFmaSteps / (median * 1e-6);
}

Json timed(const Case& c, double copy, double fma) try {
  const auto [median, least] = time_of(c.prepare());
  const double seconds = median * 1e-6;
  return {{"name", c.name},
          {"type", c.type},
          {"us", median},
          {"least_us", least},
          {"bytes", c.bytes},
          {"fmas", c.fmas},
          {"share_of_copy", c.bytes / seconds / copy},
          {"share_of_fma", c.fmas / seconds / fma}};
} catch (const std::exception& error) {
  cudaGetLastError();  // so that the next case does not report it once more
  return {{"name", c.name}, {"type", c.type}, {"error", error.what()}};
}

int run(const char* file) {
  if (!has_device()) return std::cerr << "this machine has no GPU\n", 77;
  cudaDeviceProp device;
  check(cudaGetDeviceProperties(&device, 0), "device");
  const double copy = copy_rate(), fma = fma_rate();
  Json told = {{"device", device.name},
               {"compute_capability", std::to_string(device.major) + "." + std::to_string(device.minor)},
               {"rounds", kRounds},
               {"copy_bytes_per_s", copy},
               {"fma_per_s", fma},
               {"cases", Json::array()}};
  bool all = true;
  for (const Case& c : cases()) {
    told["cases"].push_back(timed(c, copy, fma));
    all = all && !told["cases"].back().contains("error");
  }
  if (!file) {
    std::cout << told.dump(1) << "\n";
  } else if (std::ofstream out(file); !(out << told.dump(1) << "\n")) {
    return std::cerr << "bench_cuda: cannot write " << file << "\n", 2;
  }
  return all ? 0 : 1;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) try {
  if (argc != 1 && (argc != 3 || std::strcmp(argv[1], "--json") != 0))
    return std::cerr << "bench_cuda: expected nothing or --json FILE\n", 2;
  return radixlab::run(argc == 3 ? argv[2] : nullptr);
} catch (const std::exception& error) {
  return std::cerr << "bench_cuda: " << error.what() << "\n", 1;
}
