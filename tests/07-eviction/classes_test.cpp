// Chapter 07, task 7.2: a policy of two classes, and one whose order changes when a priority expires.
#include "counting_policy.hpp"
#include "random_calls.hpp"
#include "scene.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;

TEST(Lab07Classes, T2_TheSceneOfTheQuestions) {
  EXPECT_THAT(Scene("slru", kScene).evict_all(), ElementsAre(4, 2, 1, 3, 0));
  EXPECT_THAT(Scene("priority", kScene).evict_all(), ElementsAre(2, 1, 3, 0, 4)) << "without priorities it is lru";
  EXPECT_THAT(Scene("priority", std::string(kScene) + " 2^1").evict_all(), ElementsAre(1, 3, 0, 4, 2));
}

TEST(Lab07Classes, T2_EachIsAnotherThanLru) {
  expect_another_order_than_lru({
      {"slru", "0:1 0 0 1:1 1 2:1", {2, 0, 1}, {0, 1, 2}},  // lfu's is 2 1 0
      {"priority", "0:1 0^1 1:1 2:1 2^2", {1, 0, 2}, {0, 1, 2}},
  });
}

TEST(Lab07Classes, T2_I29_VictimsAreTheDefinitions) { expect_victims_by_definition(2); }

TEST(Lab07Classes, T2_TheFirstHitProtects) {
  SlruPolicy slru;
  const auto of = [&](std::uint64_t hits) { return place(slru, {.last_used = 3, .hits = hits}, 1, 9).first; };
  EXPECT_EQ(of(0), 0u) << "on probation until the first hit";
  EXPECT_EQ(of(1), 1u) << "protected after it";
  EXPECT_EQ(of(1u << 30), 1u);
}

TEST(Lab07Classes, T2_APriorityDelaysAndPreventsNothing) {
  Scene scene("priority", "0:1 1:1 2:1 0^5 1^5 2^5");
  EXPECT_THAT(scene.evict_all(), ElementsAre(0, 1, 2)) << "all are kept: of these the least recently used goes";
}

TEST(Lab07Classes, T2_BelowNothingStandsANegativeOne) {
  EXPECT_THAT(Scene("priority", "0:1 1:1 2:1 2^-1 1^-3").evict_all(), ElementsAre(1, 2, 0));
}

TEST(Lab07Classes, T2_ItExpiresWithoutAUse) {
  for (const std::int64_t ticks : {9, 10}) {
    Scene scene("priority", "0:1");
    scene.retain(0, 1, 10);  // from tick 1 until tick 11
    scene.say("1:1");
    scene.pass(ticks - 1);
    EXPECT_EQ(scene.evict(), ticks == 10 ? 0u : 1u)
        << "at tick " << scene.now() << ": the priority holds until tick 11, and at 11 no more";
  }
}

TEST(Lab07Classes, T2_ANegativeOneExpiresToo) {
  Scene scene("priority", "0:1 1:1");
  scene.retain(1, -1, 5);
  scene.pass(5);
  EXPECT_EQ(scene.evict(), 0u) << "nobody is below the others any more";
}

TEST(Lab07Classes, T2_SeveralExpireOneAfterAnother) {
  Scene scene("priority", "0:1 1:1 2:1 3:1");
  scene.retain(1, 3, 10);
  scene.retain(0, 3, 40);  // said last, and ends last
  scene.retain(2, 3, 20);
  EXPECT_EQ(scene.evict(), 3u);
  scene.pass(10);
  EXPECT_EQ(scene.evict(), 1u) << "the first to expire was not the last that was said";
  scene.pass(10);
  scene.say("4:1");
  EXPECT_EQ(scene.evict(), 2u) << "after one has expired the next one must be known";
  scene.pass(20);
  EXPECT_EQ(scene.evict(), 0u);
}

TEST(Lab07Classes, T2_ItIsExtended) {
  Scene scene("priority", "0:1");
  scene.retain(0, 1, 5);
  scene.retain(0, 1, 50);
  scene.say("1:1");
  scene.pass(10);
  EXPECT_EQ(scene.evict(), 1u) << "it holds until tick 51 now";
}

TEST(Lab07Classes, T2_ForEverAndForNoTime) {
  Scene scene("priority", "0:1 1:1");
  scene.retain(0, 1, UINT64_MAX);
  scene.retain(1, 7, 0);
  scene.pass(100);
  EXPECT_THAT(scene.evict_all(), ElementsAre(1, 0)) << "no time is over at once";
}

TEST(Lab07Classes, T2_PrioritiesBeyondFifteenBits) {
  PriorityPolicy policy;
  const auto at = [&](std::int32_t priority, std::uint64_t last_used) {
    return place(policy, {.last_used = last_used, .priority = priority, .expires = UINT64_MAX}, 1, 100);
  };
  constexpr std::int32_t kMost = (1 << 15) - 1;
  EXPECT_LT(at(kMost - 1, 9), at(kMost, 1));
  EXPECT_LT(at(-kMost, 9), at(-kMost + 1, 1));
  EXPECT_EQ(at(kMost + 1, 5), at(kMost, 5)) << "more counts as 2^15 - 1";
  EXPECT_LT(at(INT32_MAX, 4), at(kMost, 5)) << "more counts as 2^15 - 1: the least recently used goes";
  EXPECT_EQ(at(INT32_MIN, 5), at(-kMost, 5)) << "less counts as -(2^15 - 1)";
  EXPECT_LT(at(INT32_MIN, 9), at(0, 1));
  EXPECT_LT(at(0, 9), at(INT32_MAX, 1));
}

TEST(Lab07Classes, T2_LateTicksRunIntoNoPriority) {
  PriorityPolicy policy;
  const std::uint64_t late = (std::uint64_t{1} << 40) - 1;
  const auto at = [&](std::int32_t priority, std::uint64_t last_used) {
    return place(policy, {.last_used = last_used, .priority = priority, .expires = UINT64_MAX}, 1, late + 1);
  };
  EXPECT_LT(at(0, late), at(1, 0));
  EXPECT_LT(at(-1, late), at(0, 0));
  EXPECT_LT(at(0, late - 1), at(0, late));
  EXPECT_LT(at(0, late), at(0, late + 1)) << "a tick has more than 32 bits";
  EXPECT_LT(place("slru", {.last_used = late}), place("slru", {.last_used = late + 1})) << "a tick has 64 bits";
}

// The table's promise: a victim costs O(log leaves) but where a priority has expired.
TEST(Lab07Classes, T2_ScoredAnewOnlyWhenOneExpires) {
  const auto policy = std::make_shared<Counting<PriorityPolicy>>();
  Scene scene("priority", policy);
  for (std::size_t text = 0; text < 100; ++text) scene.insert(text, 1);
  scene.retain(50, 1, 10);
  std::size_t leaves_scored = 0;
  const auto evict = [&] {
    const std::size_t before = policy->scored;
    scene.evict();
    leaves_scored = policy->scored - before;
  };
  for (int victim = 0; victim < 2; ++victim) {
    evict();
    EXPECT_EQ(leaves_scored, 0u) << "no priority has ended: scores_changed must say no";
  }
  scene.pass(20);
  evict();
  EXPECT_EQ(leaves_scored, 98u) << "a priority has ended: scores_changed must say yes, and all leaves are scored again";
  for (int victim = 0; victim < 2; ++victim, scene.pass(5)) {
    evict();
    EXPECT_EQ(leaves_scored, 0u) << "one priority has ended, and all leaves were scored since: scores_changed must say "
                                    "no until the next one ends";
  }
}

}  // namespace
}  // namespace radixlab
