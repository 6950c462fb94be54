// Hit rates against capacity: the figures, and the lines that are drawn of them.
#include "replay/sweep.hpp"

#include <gmock/gmock.h>

#include "traces.hpp"

namespace radixlab {
namespace {

Trace small() { return first_requests(generate_trace("f"), 400); }

TEST(Sweep, EachRateIsThatOfARun) {
  const Sweep s = sweep(small(), {}, {10, 50, 100});
  ASSERT_EQ(s.lines.size(), replay_policies().size());
  ASSERT_EQ(s.capacities.size(), 3u);
  for (const SweepLine& line : s.lines)
    for (std::size_t i = 0; i < s.capacities.size(); ++i) {
      const auto alone = replay(small(), {.policy = line.policy, .capacity = Capacity{.tokens = s.capacities[i]}});
      EXPECT_EQ(line.token_hit_rates[i], *alone.total.token_hit_rate) << line.policy;
      EXPECT_LE(line.token_hit_rates[i], s.infinite) << line.policy;
    }
  EXPECT_EQ(s.infinite, *replay(small(), {.capacity = Capacity{}}).total.token_hit_rate);
}

TEST(Sweep, ProgressIsToldOfEachRun) {
  std::size_t told = 0;
  sweep(small(), {}, {20, 40}, [&](std::size_t done, std::size_t runs) {
    EXPECT_EQ(done, ++told);
    EXPECT_EQ(runs, 1 + 2 * replay_policies().size());
  });
  EXPECT_EQ(told, 1 + 2 * replay_policies().size());
}

TEST(Sweep, EqualLinesAreDrawnOnce) {
  const Sweep s{.page_size = 1,
                .percents = {10, 100},
                .capacities = {1, 10},
                .lines = {{"lru", {0.1, 0.5}}, {"fifo", {0.1, 0.501}}, {"lfu", {0.1, 0.51}}},
                .infinite = 0.6};
  const Plot plot = hit_rate_plot(s, "title");
  ASSERT_EQ(plot.lines.size(), 3u);
  EXPECT_EQ(plot.lines[0].name, "infinite");
  EXPECT_EQ(plot.lines[1].name, "lru, fifo");
  EXPECT_EQ(plot.lines[2].name, "lfu");
  EXPECT_THAT(plot.x_labels, testing::ElementsAre("10 %", "100 %"));
}

TEST(Sweep, TheTableHasARowAPolicy) {
  const std::string table = sweep_table(sweep(small(), {}, {25, 50}));
  for (const std::string& policy : replay_policies()) EXPECT_THAT(table, testing::HasSubstr("\n  " + policy + " "));
}

}  // namespace
}  // namespace radixlab
