// Chapter 07, task 7.1: six orders that are fixed between two uses of a leaf.
#include "random_calls.hpp"
#include "scene.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Lab07Orders, T1_TheSceneOfTheQuestions) {
  EXPECT_THAT(Scene("lru", kScene).evict_all(), ElementsAre(2, 1, 3, 0, 4));
  EXPECT_THAT(Scene("mru", kScene).evict_all(), ElementsAre(4, 0, 3, 1, 2));
  EXPECT_THAT(Scene("fifo", kScene).evict_all(), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(Scene("filo", kScene).evict_all(), ElementsAre(4, 3, 2, 1, 0));
  EXPECT_THAT(Scene("lfu", kScene).evict_all(), ElementsAre(4, 2, 1, 3, 0));
  EXPECT_THAT(Scene("size", kScene).evict_all(), ElementsAre(1, 2, 3, 0, 4));
}

TEST(Lab07Orders, T1_EachIsAnotherThanLru) {
  expect_another_order_than_lru({
      {"mru", "0:1 1:1 2:1", {2, 1, 0}, {0, 1, 2}},
      {"fifo", "0:1 1:1 0", {0, 1}, {1, 0}},
      {"filo", "0:1 1:1 2:1 1", {2, 1, 0}, {0, 2, 1}},  // mru's is 1 2 0
      {"lfu", "0:1 1:1 0 0 1", {1, 0}, {0, 1}},
      {"size", "0:1 1:3 2:2", {1, 2, 0}, {0, 1, 2}},
  });
}

TEST(Lab07Orders, T1_I29_VictimsAreTheDefinitions) { expect_victims_by_definition(1); }

TEST(Lab07Orders, T1_LfuOfEqualHitsTheLeastRecentlyUsed) {
  EXPECT_THAT(Scene("lfu", "0:1 1:1 2:1 1 0 2").evict_all(), ElementsAre(1, 0, 2))
      << "each has one hit: then the tick of its last use says";
}

TEST(Lab07Orders, T1_LfuKeepsHitsAndTicksApart) {
  constexpr std::uint64_t kTicks = std::uint64_t{1} << 40, kHits = 1u << 24;
  const auto lfu = [](std::uint64_t hits, std::uint64_t last_used) {
    return place("lfu", {.last_used = last_used, .hits = hits});
  };
  EXPECT_LT(lfu(0, kTicks - 1), lfu(1, 0)) << "no tick below 2^40 is worth a hit";
  EXPECT_LT(lfu(0, kTicks - 2), lfu(0, kTicks - 1)) << "ticks tell apart up to 2^40 - 1";
  EXPECT_EQ(lfu(0, kTicks), lfu(0, kTicks - 1)) << "a later tick counts as 2^40 - 1, and runs into no hit";
  EXPECT_LT(lfu(0, 3 * kTicks), lfu(1, 0)) << "a later tick counts as 2^40 - 1, and runs into no hit";
  EXPECT_LT(lfu(kHits - 2, 9), lfu(kHits - 1, 5)) << "hits tell apart up to 2^24 - 1";
  EXPECT_EQ(lfu(kHits, 5), lfu(kHits - 1, 5)) << "more hits count as 2^24 - 1, and none gets lost beyond 64 bits";
  EXPECT_LT(lfu(kHits, 5), lfu(kHits - 1, 6)) << "more hits count as 2^24 - 1: the least recently used goes";
}

TEST(Lab07Orders, T1_LateTicksAreTicks) {
  const std::uint64_t late = std::uint64_t{1} << 50;
  const Usage one{.created = late, .last_used = late + 1}, next{.created = late + 1, .last_used = late + 2};
  EXPECT_LT(place("lru", one), place("lru", next));
  EXPECT_LT(place("mru", next), place("mru", one));
  EXPECT_LT(place("fifo", one), place("fifo", next));
  EXPECT_LT(place("filo", next), place("filo", one));
  EXPECT_LT(place("lru", {.last_used = 5}), place("lru", one)) << "a tick has 64 bits";
  EXPECT_LT(place("fifo", {.created = 5}), place("fifo", one)) << "a tick has 64 bits";
  EXPECT_LT(place("mru", one), place("mru", {.last_used = 5}));
  EXPECT_LT(place("filo", one), place("filo", {.created = 5}));
}

TEST(Lab07Orders, T1_OfEqualSizeTheSmallerIdGoes) {
  EXPECT_THAT(Scene("size", "0:2 1:3 2:2 3:3 1 0").evict_all(), ElementsAre(1, 3, 0, 2))
      << "ties go by id, whoever was used: the score says pages and no more";
  EXPECT_EQ(place("size", {.last_used = 1}, 7), place("size", {.created = 3, .last_used = 8, .hits = 2}, 7));
  EXPECT_LT(place("size", {}, 100'000), place("size", {}, 99'999));
  EXPECT_LT(place("size", {}, 100'000), place("size", {}, 1)) << "no size is so large that a difference wraps";
}

TEST(Lab07Orders, GivenPoliciesAreKnownByName) {
  std::vector<std::string> names;
  for (const NamedPolicy& policy : eviction_policies()) {
    names.push_back(policy.name);
    EXPECT_NE(create_eviction_policy(policy.name), create_eviction_policy(policy.name)) << "each call makes a new one";
  }
  EXPECT_THAT(names, ElementsAre("lru", "lfu", "fifo", "mru", "filo", "slru", "size", "product", "hybrid", "priority",
                                 "return-rate"));
  EXPECT_THAT([] { create_eviction_policy("belady"); },
              testing::ThrowsMessage<std::invalid_argument>(
                  HasSubstr("unknown policy \"belady\", expected one of lru, lfu, fifo, mru")));
}

}  // namespace
}  // namespace radixlab
