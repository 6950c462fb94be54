#include <cmath>
#include <fmt/format.h>
#include <numeric>

#include "07-eviction/adaptive_prefix_cache.hpp"
#include "07-eviction/demo_steps.hpp"
#include "io/error.hpp"
#include "replay/generators.hpp"
#include "replay/replay.hpp"

namespace radixlab {
namespace {

/// Seed 004's adaptive_caching_example: 20 requests that share a document.
void show_seed_example(Demo& demo) {
  constexpr std::size_t kRequests = 20, kShown = 4, kDocument = 1000;
  AdaptivePrefixCache cache({.min_prefix_length = 50, .max_prefix_length = 5000});
  std::vector<TokenId> document(kDocument);
  std::iota(document.begin(), document.end(), 0);
  std::size_t first_admitted = 0;
  for (std::size_t request = 1; request <= kRequests; ++request) {
    const AdmissionDecision decision = cache.should_cache_prefix(document);
    cache.update_reuse_stats(document);
    if (decision.should_cache && first_admitted == 0) first_admitted = request;
    if (request > kShown) continue;
    fmt::print("   request {}   {} tokens   cached: {:<6}{}\n", request, grouped(kDocument),
               decision.should_cache ? "yes" : "no", decision.reason);
    demo.figure(fmt::format("admission.{}", request), decision.reason);
  }
  const ReuseStatistics statistics = cache.statistics();
  const auto percent = std::lround(100 * statistics.ratio());
  fmt::print("   after {}:   unique prefixes {}, of them reused five times or more {}, ratio {} %\n", kRequests,
             statistics.unique_prefixes, statistics.highly_reused, percent);
  demo.figure("admission.unique", statistics.unique_prefixes);
  demo.figure("admission.often", statistics.highly_reused);
  demo.figure("admission.ratio", percent);
  demo.figure("predicted_admitted", first_admitted);
}

/// A workload, with room for so much of what is different in it.
struct Comparison {
  const char* workload;
  double percent;
};
constexpr Comparison kComparisons[] = {{"short-prompts", 2}, {"shared-system-prompt", 5}, {"multi-turn-chat", 5}};

void show_beside_all(Demo& demo) {
  fmt::print("\n   {:<22}{:<8}{:<18}{:<16}{:<18}{}\n", "workload", "room", "admit all: found", "evicted",
             "adaptive: found", "evicted");
  for (const auto& [workload, percent] : kComparisons) {
    const Trace trace = generate_trace(workload);
    fmt::print("   {:<22}{:<8}", workload, fmt::format("{} %", percent));
    for (const Admission admission : {Admission::all, Admission::adaptive}) {
      const ReplaySummary done = replay(trace, {.admission = admission, .capacity = Capacity{.percent = percent}});
      const double rate = done.total.token_hit_rate.value();
      fmt::print("{:<18}{:<16}", fmt::format("{:.1f} %", 100 * rate), grouped(done.total.evicted_tokens));
      const std::string name = fmt::format("{}.{}", admission == Admission::all ? "all" : "adaptive", workload);
      demo.figure("admit." + name, std::lround(1000 * rate));
      demo.figure("admit_evicted." + name, done.total.evicted_tokens);
    }
    fmt::print("\n");
  }
  fmt::print(
      "\n   Found and evicted in tokens, by lru; room as a share of the workload's different tokens. One-shot prompts "
      "stay\n"
      "   out, and what many share stays in. A chat's next turn asks once for what the turn before has left: who "
      "waits\n"
      "   for a second reuse finds none of it.\n");
}

}  // namespace

void show_admission(Demo& demo) {
  demo.step("Admission: seed 004's example, and three workloads");
  show_seed_example(demo);
  show_beside_all(demo);
}

}  // namespace radixlab
