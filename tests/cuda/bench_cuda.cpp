// bench_cuda [--json FILE]: how long kernels take on this machine's GPU, beside what it could do at most: the bandwidth of a copy
// in device memory and the rate of fused multiply-adds, which are measured first, in the same run.
//
// Cases are in bench_linear.cpp and bench_attention.cpp. A time is the median of kRounds by CUDA's events, each with a cold cache.
// Exit codes: 0 all was timed, 1 some case was not (its entry says why), 2 bad input, 77 no GPU.
#include <algorithm>
#include <cstring>
#include <cuda_runtime_api.h>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "bench_cases.hpp"

namespace radixlab::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kRounds = 9;
constexpr std::size_t kCacheBytes = std::size_t{256} << 20;  // more than any GPU's

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
  const auto [median, least] = time_of([&] { fused_multiply_adds(out.data(), threads); });
  return 1.0 * threads * kFmaChains * kFmaSteps / (median * 1e-6);
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
}  // namespace radixlab::bench

int main(int argc, char** argv) try {
  if (argc != 1 && (argc != 3 || std::strcmp(argv[1], "--json") != 0))
    return std::cerr << "bench_cuda: expected nothing or --json FILE\n", 2;
  return radixlab::bench::run(argc == 3 ? argv[2] : nullptr);
} catch (const std::exception& error) {
  return std::cerr << "bench_cuda: " << error.what() << "\n", 1;
}
