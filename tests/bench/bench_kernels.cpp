// Speed of the exact kernels, by instruction set and type, at the shapes of the 110m preset (and 1b where the name says
// so). --benchmark_filter=linear/avx512/bfloat16 picks; arguments are threads, rows, k, n or threads, rows, start,
// page_size.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "io/dtype.hpp"
#include "kernels/cpu/flush_to_zero.hpp"
#include "kernels/cpu/kernels.hpp"

namespace radixlab {
namespace {

void assign(float& to, float value) { to = value; }
void assign(BFloat16& to, float value) { to.bits = f32_to_bf16(value); }

template <typename T>
std::vector<T> random_values(std::size_t n, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<T> values(n);
  for (T& v : values) assign(v, uniform(generator));
  return values;
}

std::size_t argument(const benchmark::State& state, int i) { return static_cast<std::size_t>(state.range(i)); }

benchmark::Counter giga_per_second(double count_per_iteration) {
  return {count_per_iteration / 1e9, benchmark::Counter::kIsIterationInvariantRate};
}

/// One call goes over so many matrices that their weights do not fit in a cache, as in a model's decode.
template <typename T>
void linear(benchmark::State& state, Isa isa) {
  const std::size_t rows = argument(state, 1), k = argument(state, 2), n = argument(state, 3);
  ThreadPool pool(argument(state, 0));
  const Kernels kernels(isa, pool);
  const std::vector<float> weights = random_values<float>(n * k, 1);
  const std::vector<T> x = random_values<T>(rows * k, 2);
  std::vector<PackedMatrix<T>> matrices;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, (200u << 20) / (n * k * sizeof(T))); ++i) {
    matrices.emplace_back(n, k).pack(weights);
  }
  std::vector<T> y(rows * n);
  std::size_t next = 0;
  for (auto _ : state) {
    kernels.linear(x.data(), rows, matrices[next], y.data());
    next = (next + 1) % matrices.size();
    benchmark::DoNotOptimize(y.data());
  }
  state.counters["GFLOP/s"] = giga_per_second(2.0 * static_cast<double>(rows * n * k));
  state.counters["weights GB/s"] = giga_per_second(static_cast<double>(n * k * sizeof(T)));
}

/// heads 12 over 4 KV heads of 64; pages lie in random order, and there are more layers than a cache holds.
template <typename T>
void attention(benchmark::State& state, Isa isa) {
  const std::size_t rows = argument(state, 1), start = argument(state, 2), page_size = argument(state, 3);
  const std::size_t heads = 12, kv_heads = 4, dim = 64, positions = start + rows;
  ThreadPool pool(argument(state, 0));
  const Kernels kernels(isa, pool);
  std::vector<std::uint32_t> pages((positions + page_size - 1) / page_size);
  std::iota(pages.begin(), pages.end(), 0u);
  std::shuffle(pages.begin(), pages.end(), std::mt19937(3));
  const std::size_t stride = KvLayer<T>::elements_per_page(kv_heads, dim, page_size);
  const std::size_t bytes = 2 * positions * kv_heads * dim * sizeof(T);
  const std::vector<T> keys = random_values<T>(positions * kv_heads * dim, 4),
                       q = random_values<T>(rows * heads * dim, 5);
  std::vector<HugeBuffer<T>> pools;
  std::vector<KvLayer<T>> layers;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, (rows == 1 ? 200u << 20 : 0) / bytes); ++i) {
    pools.emplace_back(pages.size() * stride);
    layers.push_back({pools.back().data(), stride, kv_heads, dim, page_size});
    const SequenceRows all[] = {{positions, 0, pages}};
    kernels.write_kv(keys.data(), keys.data(), all, layers.back());
  }
  std::vector<T> out(rows * heads * dim);
  const SequenceRows asked[] = {{rows, start, pages}};
  std::size_t next = 0;
  for (auto _ : state) {
    kernels.attention(q.data(), asked, heads, layers[next], out.data());
    next = (next + 1) % layers.size();
    benchmark::DoNotOptimize(out.data());
  }
  const double pairs = static_cast<double>(rows) * (static_cast<double>(start) + static_cast<double>(rows + 1) / 2);
  state.counters["GFLOP/s"] = giga_per_second(4.0 * pairs * heads * dim);
  state.counters["KV GB/s"] = giga_per_second(static_cast<double>(bytes));
}

template <typename T>
void elementwise(benchmark::State& state, Isa isa) {
  const std::size_t rows = argument(state, 1), d = 2048;
  ThreadPool pool(argument(state, 0));
  const Kernels kernels(isa, pool);
  const std::vector<T> x = random_values<T>(rows * d, 6);
  const std::vector<float> weight = random_values<float>(d, 7);
  std::vector<T> y(rows * d);
  const bool silu = argument(state, 2) != 0;
  for (auto _ : state) {
    if (silu) {
      kernels.silu_gate(x.data(), x.data(), rows * d, y.data());
    } else {
      kernels.rms_norm(x.data(), rows, weight, 1e-5f, y.data());
    }
    benchmark::DoNotOptimize(y.data());
  }
  state.counters["values/s"] =
      benchmark::Counter(static_cast<double>(rows * d), benchmark::Counter::kIsIterationInvariantRate);
}

template <typename T>
void register_all(const std::string& type) {
  const auto add = [&](const std::string& name, auto function, Isa isa,
                       std::vector<std::vector<std::int64_t>> arguments) {
    const std::string full = name + "/" + std::string(isa_name(isa)) + "/" + type;
    auto* b = benchmark::RegisterBenchmark(full.c_str(), function, isa);
    for (const auto& a : arguments) b->Args(a);
    b->UseRealTime()->Unit(benchmark::kMicrosecond);
  };
  for (const Isa isa : supported_isas()) {
    if (isa == Isa::scalar) {
      add("linear", linear<T>, isa, {{1, 4, 768, 768}});
      add("attention", attention<T>, isa, {{1, 64, 0, 16}});
      continue;
    }
    std::vector<std::vector<std::int64_t>> shapes;
    for (const auto& [k, n] : {std::pair{768, 768}, {768, 2048}, {2048, 768}, {768, 32000}}) {
      for (const int rows : {1, 2, 7, 16, 30, 64, 512}) shapes.push_back({1, rows, k, n});
    }
    for (const int rows : {1, 2048}) shapes.push_back({1, rows, 768, 2048});
    for (const int rows : {1, 30, 512}) shapes.push_back({1, rows, 5632, 2048});
    for (const int rows : {1, 30, 512}) shapes.push_back({2, rows, 768, 2048});
    add("linear", linear<T>, isa, shapes);
    add("attention", attention<T>, isa,
        {{1, 2048, 0, 16},
         {1, 512, 0, 16},
         {1, 30, 2000, 16},
         {1, 1, 511, 16},
         {1, 1, 2047, 16},
         {1, 1, 16383, 16},
         {1, 2048, 0, 1},
         {1, 30, 2000, 1},
         {1, 1, 2047, 1},
         {1, 1, 2047, 8},
         {1, 1, 2047, 64},
         {2, 2048, 0, 16},
         {2, 1, 2047, 16}});
    add("rms_norm", elementwise<T>, isa, {{1, 512, 0}});
    add("silu_gate", elementwise<T>, isa, {{1, 512, 1}});
  }
}

void print_help() {
  benchmark::PrintDefaultHelp();
  std::puts("\nExample: taskset -c 1 build/test/bin/bench_kernels --benchmark_filter=linear");
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  const radixlab::FlushToZero guard;
  benchmark::Initialize(&argc, argv, radixlab::print_help);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  radixlab::register_all<float>("float32");
  radixlab::register_all<radixlab::BFloat16>("bfloat16");
  benchmark::RunSpecifiedBenchmarks();
}
