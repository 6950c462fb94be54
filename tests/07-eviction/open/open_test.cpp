// Chapter 07, open lab: what is asked of a policy beyond the rules. All else is the conformance suite's business.
#include "07-eviction/open.hpp"

#include <cstdio>
#include <gtest/gtest.h>

#include "workloads.hpp"

namespace radixlab {
namespace {

constexpr struct {
  const char* name;
  std::vector<Prompt> (*make)();
} kWorkloads[] = {{"chats", chats}, {"documents", documents}, {"loop", loop}};

TEST(Lab07Open, EachCallMakesANewPolicy) {
  const auto one = make_open_policy(), other = make_open_policy();
  ASSERT_NE(one, nullptr) << "make_open_policy answers no policy";
  EXPECT_NE(one, other) << "a policy is one manager's alone, and knows its leaves: make a new one with each call";
}

TEST(Lab07Open, I27_TheSameRequestsGiveTheSameVictims) {
  for (const auto& [name, make] : kWorkloads) {
    OpenCache one(make_open_policy());
    const std::vector<std::vector<char>> between(99, std::vector<char>(48));  // so that addresses differ
    OpenCache other(make_open_policy());
    one.serve(make());
    other.serve(make());
    EXPECT_FALSE(one.evicted.empty());
    EXPECT_TRUE(one.evicted == other.evicted)
        << "I27: on " << name << " a second run evicts others: does an answer hang on an address, on the order of a "
        << "hash map, or on what all policies share?";
  }
}

// In a new cache: its nodes have the names that the first one's had, by which ties go.
TEST(Lab07Open, I37_AfterAResetItIsAsNew) {
  for (const auto& [name, make] : kWorkloads) {
    const auto policy = make_open_policy();
    OpenCache first(policy);
    const std::size_t fresh = first.serve(make()).cached_tokens;
    first.reset();
    EXPECT_EQ(OpenCache(policy).serve(make()).cached_tokens, fresh)
        << "I37: on " << name << " it goes on otherwise: reset() forgets all that the policy has learned";
  }
}

TEST(Lab07Open, FindsMoreThanLruOnOneWorkload) {
  std::string table = "token hit rate [%]     yours      lru\n";
  bool is_better = false;
  for (const auto& [name, make] : kWorkloads) {
    const HitRates yours = OpenCache(make_open_policy()).serve(make()), lru = OpenCache(nullptr).serve(make());
    char line[80];
    std::snprintf(line, sizeof line, "%-20s%8.1f %8.1f\n", name, 100 * yours.token_hit_rate(),
                  100 * lru.token_hit_rate());
    table += line;
    is_better |= yours.cached_tokens > lru.cached_tokens;
  }
  RecordProperty("says", table);
  std::fputs(table.c_str(), stdout);
  EXPECT_TRUE(is_better) << "on none of the three workloads it finds more than lru does\n" << table;
}

}  // namespace
}  // namespace radixlab
