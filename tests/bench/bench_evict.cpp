// What a victim costs out of 100,000 leaves, under each policy of chapter 07, in a steady state: texts are inserted, twice as many
// are looked up, and as many leaves go, one a call. Only evict() is timed, in time of the processor. ns_a_victim is the figure;
// to_lru is its ratio to lru's, if lru ran before.
//
//   evict/POLICY       a hundred victims, then a hundred inserts: of product one victim in a hundred scores all leaves anew
//   rescore/product    each victim in a tick of its own, so that each scores all leaves anew
//   rescore/priority   the same, where one text in a hundred has a priority for 1,000 ticks: each end of one scores all leaves anew
//
// Before anything is timed, each policy does the same work on few leaves: each call takes one leaf, and their number stays.
#include <benchmark/benchmark.h>
#include <cstdio>
#include <ctime>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>

#include "05-radix-tree/radix_cache_manager.hpp"
#include "07-eviction/policies.hpp"
#include "run_benchmarks.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

constexpr std::size_t kLeaves = 100'000;

/// Texts of one to eight pages of a token, a hundred of them behind each beginning of a page.
class Traffic {
 public:
  Traffic(const char* policy, std::size_t leaves, bool retains)
      : cache_({.policy = create_eviction_policy(policy)}), retains_(retains), leaves_(leaves) {
    while (next_ < leaves_) insert();
    for (std::size_t i = 0; i < leaves_; ++i) look_up();
  }

  void insert() {
    const Text tokens = text(next_);
    pages_.resize(tokens.size());
    std::iota(pages_.begin(), pages_.end(), static_cast<PageId>(9 * next_));
    const CacheHandle held = cache_.insert_prefix(tokens, pages_, {}).handle;
    if (retains_ && next_ % 100 == 0) cache_.retain(held, 1, 1000);
    cache_.request_ended(tokens, 0);
    ++next_;
  }
  /// Of one that was inserted not long ago, which may be gone.
  void look_up() {
    const Text tokens = text(next_ - 1 - rng_() % std::min(next_, leaves_ + leaves_ / 4));
    cache_.request_ended(tokens, cache_.match_prefix(tokens).cached_len);
  }
  void evict() { cache_.evict(1); }
  std::size_t num_nodes() const { return cache_.num_nodes(); }

 private:
  Text text(std::size_t i) const {
    Text tokens(2 + i * 2654435761 % (1u << 31) % 8, static_cast<TokenId>(i));
    tokens[0] = static_cast<TokenId>(i % (leaves_ / 100));
    return tokens;
  }

  RadixCacheManager cache_;
  bool retains_;
  std::size_t leaves_, next_ = 0;
  std::vector<PageId> pages_;
  std::mt19937 rng_{7};
};

void require_same_work() {
  for (const NamedPolicy& policy : eviction_policies()) {
    Traffic traffic(policy.name, 1000, false);
    const std::size_t nodes = traffic.num_nodes();
    for (int i = 0; i < 2000; ++i) {
      traffic.insert();
      traffic.look_up();
      traffic.evict();
    }
    if (const std::size_t now = traffic.num_nodes(); now + 10 < nodes || now > nodes + 10)
      throw std::runtime_error(std::string("the sides did not do the same work: ") + policy.name + " has " +
                               std::to_string(now) + " nodes, expected " + std::to_string(nodes));
  }
}

/// [ns] of this thread: other programs on the machine do not count.
double processor_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
}

double lru_ns = 0;

void victims(benchmark::State& state, const char* policy, int at_once, bool retains) {
  Traffic traffic(policy, kLeaves, retains);
  double spent = 0;
  for (auto _ : state) {
    for (int i = 0; i < at_once; ++i) {
      traffic.insert();
      traffic.look_up();
      traffic.look_up();
    }
    const double start = processor_time();
    for (int i = 0; i < at_once; ++i) traffic.evict();
    const double took = processor_time() - start;
    state.SetIterationTime(took / 1e9);
    spent += took;
  }
  const double ns = spent / static_cast<double>(state.iterations() * at_once);
  if (policy == std::string_view("lru")) lru_ns = ns;
  state.counters["ns_a_victim"] = ns;
  if (lru_ns > 0) state.counters["to_lru"] = ns / lru_ns;
}

void register_all() {
  const auto add = [](const std::string& name, const char* policy, int at_once, bool retains, int times) {
    benchmark::RegisterBenchmark(name.c_str(), victims, policy, at_once, retains)->UseManualTime()->Iterations(times);
  };
  for (const NamedPolicy& policy : eviction_policies())
    add(std::string("evict/") + policy.name, policy.name, 100, false, 1000);
  add("rescore/product", "product", 1, false, 500);
  add("rescore/priority", "priority", 1, true, 20'000);
}

void print_help() {
  benchmark::PrintDefaultHelp();
  std::puts("\nExample: taskset -c 1 build/test/bin/bench_evict --benchmark_filter=evict/");
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  return radixlab::run_benchmarks("bench_evict", argc, argv, radixlab::print_help, [] {
    radixlab::require_same_work();
    radixlab::register_all();
  });
}
