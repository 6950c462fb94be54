// The price of a hit of n tokens: chapter 04's, which is found by a trie and copied from row to row, beside computing the
// tokens, and beside chapter 05's, which is found by a tree and shared in place. The model is the shipped one, on one
// thread.
//
// Before anything is timed, both managers must find the n tokens, and a copied row must hold the numbers of the computed
// one. ./lab bench copy runs this as figures are taken.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>

#include "ladder.hpp"
#include "llm/cpu_device.hpp"
#include "run_benchmarks.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kLengths[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2000};  // [tokens]
constexpr std::size_t kMaxLen = 2000, kPage = 16;

std::vector<TokenId> text(std::size_t length, std::size_t vocab) {
  std::vector<TokenId> tokens(length);
  std::uint64_t seed = 4;
  for (TokenId& token : tokens) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    token = static_cast<TokenId>((seed >> 33) % vocab);
  }
  return tokens;
}

/// The model, two rows of its pool, and both managers with the whole text cached.
struct Scene {
  Model model{RADIXLAB_CHECKPOINT, DType::bf16};
  ThreadPool threads{1};
  CpuDevice device{model, best_isa(), threads};
  std::vector<TokenId> tokens = text(kMaxLen, model.config().vocab_size);
  std::vector<PageId> row = {0}, pages = std::vector<PageId>(kMaxLen / kPage);
  SlotCacheManager slots{2, kMaxLen};
  RadixCacheManager radix{{.page_size = kPage}};

  Scene() {
    device.make_pool(2, kMaxLen);
    device.reserve(kMaxLen, kMaxLen);
    std::iota(pages.begin(), pages.end(), 0);
    slots.insert_prefix(tokens, row, {});
    radix.insert_prefix(tokens, pages, {});
  }
  std::span<const TokenId> first(std::size_t n) const { return std::span(tokens).first(n); }
  void compute(std::size_t n) { device.run({first(n), 0, row}, {}); }
  // What the desk does with a hit: asks for its pages, and copies the last one where it is partly filled.
  std::size_t hit(BaseCacheManager& cache, std::size_t page_size, std::size_t n) {
    const CacheHandle found = cache.match_prefix({first(n), 0});
    std::vector<PageId> named((found.cached_len + page_size - 1) / page_size);
    cache.copy_pages(found, named);
    if (page_size == kMaxLen) device.copy_kv(named[0], 1, n);
    return found.cached_len;
  }
};

void require(bool same_work, const std::string& what) {
  if (!same_work) throw std::runtime_error("the sides did not do the same work: " + what);
}

void check_same_work(Scene& scene) {
  scene.compute(kMaxLen);
  for (const std::size_t n : kLengths) {
    require(scene.hit(scene.slots, kMaxLen, n) == n, "slots");
    require(scene.hit(scene.radix, kPage, n) == n / kPage * kPage, "radix");
  }
  KvPlace here{.layer = scene.model.config().num_hidden_layers - 1, .page = 0}, there{.layer = here.layer, .page = 1};
  for (here.place = 0; here.place < kMaxLen; ++here.place) {
    there.place = here.place;
    require(scene.device.key(here) == scene.device.key(there) && scene.device.value(here) == scene.device.value(there),
            "copy_kv");
  }
}

template <class Work>
void time(const char* side, std::size_t n, Work work) {
  benchmark::RegisterBenchmark((std::string(side) + "/" + std::to_string(n)).c_str(), [work](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(work());
  });
}

void register_all(Scene& scene) {
  for (const std::size_t n : kLengths) {
    time("compute", n, [&scene, n] { return scene.compute(n), n; });
    time("copy", n, [&scene, n] { return scene.device.copy_kv(0, 1, n), n; });
    time("slots", n, [&scene, n] { return scene.hit(scene.slots, kMaxLen, n); });
    if (n >= kPage) time("radix", n, [&scene, n] { return scene.hit(scene.radix, kPage, n); });
  }
  benchmark::AddCustomContext("compiler", RADIXLAB_COMPILER);
  benchmark::AddCustomContext("flags", RADIXLAB_FLAGS);
  benchmark::AddCustomContext("token_bytes", std::to_string(scene.device.page_bytes(kMaxLen) / kMaxLen));
  benchmark::AddCustomContext("parameters", std::to_string(scene.model.config().parameter_count()));
  benchmark::AddCustomContext("isa", std::string(isa_name(best_isa())));
}

void print_help() {
  benchmark::PrintDefaultHelp();
  std::puts("\nExample: taskset -c 1 build/test/bin/bench_copy --benchmark_filter=slots");
}

int run(int argc, char** argv) {
  std::optional<Scene> scene;  // the benchmarks run on it, so it outlives them
  return run_benchmarks("bench_copy", argc, argv, print_help, [&] {
    scene.emplace();
    check_same_work(*scene);
    register_all(*scene);
  });
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) { return radixlab::run(argc, argv); }
