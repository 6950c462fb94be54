#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

#include "07-eviction/demo_steps.hpp"
#include "07-eviction/hit_rates.hpp"
#include "io/error.hpp"
#include "replay/generators.hpp"
#include "replay/sweep.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kPage = 16;
const std::vector<double> kPercents = {1, 2, 5, 10, 25, 50, 100};
constexpr std::size_t kQuarter = 4;  // of kPercents

void keep(Demo& demo, const std::string& name, double rate) { demo.figure(name, std::lround(1000 * rate)); }

/// Eight prompts of 60 tokens, of which all share the first 32.
void show_small(Demo& demo) {
  constexpr std::size_t kRequests = 8, kShared = 32, kPrompt = 60;
  InfiniteCache cache(kPage);
  HitRates rates;
  for (std::size_t request = 0; request < kRequests; ++request) {
    std::vector<TokenId> prompt(kPrompt);
    std::iota(prompt.begin(), prompt.begin() + kShared, 0);
    std::iota(prompt.begin() + kShared, prompt.end(), static_cast<TokenId>(1000 * (request + 1)));
    rates.add(prompt.size(), cache.request(prompt), kPage);
  }
  fmt::print("   {} prompts of {} tokens, the first {} of them shared, pages of {}, nothing evicted:\n", kRequests,
             kPrompt, kShared, kPage);
  fmt::print("   {} of {} requests hit {:.1f} %, {} of {} tokens {:.1f} %, {} of {} whole pages {:.1f} %\n",
             rates.requests_hit, rates.requests, 100 * rates.request_hit_rate(), rates.cached_tokens,
             rates.prompt_tokens, 100 * rates.token_hit_rate(), rates.blocks_hit, rates.blocks,
             100 * rates.block_hit_rate());
  keep(demo, "small.request", rates.request_hit_rate());
  keep(demo, "small.token", rates.token_hit_rate());
  keep(demo, "small.block", rates.block_hit_rate());
}

void print_bar(const std::string& name, double rate) {
  fmt::print("   {:<14}{:>6.1f} %  {}\n", name, 100 * rate, std::string(std::lround(60 * rate), '#'));
}

double rate_of(const Sweep& sweep, const char* policy) {
  return std::ranges::find(sweep.lines, policy, &SweepLine::policy)->token_hit_rates[kQuarter];
}

}  // namespace

Sweep show_hit_rates(Demo& demo) {
  demo.step("Hit rates: three of one trace, and a chat workload under seven policies");
  show_small(demo);
  Sweep chats = sweep(generate_trace("f"), {.tail = true}, kPercents);
  fmt::print("\n   Workload f: 200 chats of 8 turns, in rounds. Room for {} tokens, a quarter of it; tokens found:\n\n",
             grouped(chats.capacities[kQuarter]));
  for (const char* const policy : {"lru", "fifo", "lfu", "slru", "return-rate", "clairvoyant"})
    print_bar(policy, rate_of(chats, policy));
  print_bar("infinite", chats.infinite);
  for (const SweepLine& line : chats.lines)
    for (std::size_t i = 0; i < kPercents.size(); ++i)
      keep(demo, fmt::format("rates.{}.{}", line.policy, kPercents[i]), line.token_hit_rates[i]);
  keep(demo, "rates.infinite.25", chats.infinite);
  fmt::print(
      "\n   A cache that never forgets finds what is asked again at all. Of a leaf goes as much as is needed.\n");
  demo.picture("hit_rates", to_dot_plot(hit_rate_plot(chats, "200 chats of 8 turns, in rounds: tokens found")));
  return chats;
}

void show_gap(Demo& demo, const Sweep& chats) {
  const double lru = rate_of(chats, "lru"), most = rate_of(chats, "clairvoyant");
  fmt::print("\n   On the chats, with room for a quarter, lru finds {:.1f} % and clairvoyant {:.1f} %. Of that gap\n",
             100 * lru, 100 * most);
  for (const char* const policy : {"lfu", "return-rate"}) {
    const auto closed = std::lround(100 * (rate_of(chats, policy) - lru) / (most - lru));
    fmt::print("   {} closes {} %.\n", policy, closed);
    demo.figure(std::string("gap.") + policy, closed);
  }
}

}  // namespace radixlab
