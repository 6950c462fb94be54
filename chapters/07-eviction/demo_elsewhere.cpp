#include <cmath>
#include <fmt/format.h>

#include "07-eviction/demo_steps.hpp"
#include "replay/generators.hpp"
#include "replay/replay.hpp"

namespace radixlab {
namespace {

struct Elsewhere {
  const char *workload, *words;
  double percent;
};
constexpr Elsewhere kElsewhere[] = {{"d", "tree of thought", 5},
                                    {"f", "chats in rounds", 25},
                                    {"multi-turn-chat", "people, some gone after a turn", 5}};
constexpr const char* kShown[] = {"lru", "lfu", "mru", "return-rate", "clairvoyant"};

}  // namespace

void show_where_others_are_better(Demo& demo) {
  demo.step("Where another policy is better than return-rate");
  fmt::print("   {:<18}{:<34}{:<6}", "workload", "", "room");
  for (const char* const policy : kShown) fmt::print("{:>12}", policy);
  fmt::print("\n");
  for (const auto& [workload, words, percent] : kElsewhere) {
    const Trace trace = generate_trace(workload);
    fmt::print("   {:<18}{:<34}{:<6}", workload, words, fmt::format("{} %", percent));
    for (const char* const policy : kShown) {
      const ReplayOptions options{.policy = policy, .tail = true, .capacity = Capacity{.percent = percent}};
      const double rate = replay(trace, options).total.token_hit_rate.value();
      fmt::print("{:>12}", fmt::format("{:.1f} %", 100 * rate));
      demo.figure(fmt::format("elsewhere.{}.{}", workload, policy), std::lround(1000 * rate));
    }
    fmt::print("\n");
  }
  fmt::print(
      "\n   A tree of thought asks for its upper levels again and again, and hits tell which those are: there lfu is "
      "better.\n"
      "   The tree comes level by level and the chats turn by turn, so that what was just used is seldom needed soon: "
      "there\n"
      "   mru is better still. Of people mru finds less than half of what lru finds.\n");
}

}  // namespace radixlab
