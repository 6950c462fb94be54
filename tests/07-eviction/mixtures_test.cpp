// Chapter 07, task 7.3: two mixtures of age and use. The order of one is fixed, that of the other changes with each tick.
#include <random>

#include "counting_policy.hpp"
#include "random_calls.hpp"
#include "scene.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;

TEST(Lab07Mixtures, T3_TheSceneOfTheQuestions) {
  EXPECT_THAT(Scene("hybrid", kScene).evict_all(), ElementsAre(4, 2, 1, 3, 0));
  EXPECT_THAT(Scene("product", kScene).evict_all(), ElementsAre(1, 2, 3, 0, 4));
}

TEST(Lab07Mixtures, T3_EachIsAnotherThanLru) {
  expect_another_order_than_lru({
      {"hybrid", "0:1 0 1:1", {1, 0}, {0, 1}},
      {"product", "0:3 0 0 0 0 1:1 2:1 2 3:1", {1, 0, 2, 3}, {0, 1, 2, 3}},  // size's is 0 1 2 3 too
  });
}

TEST(Lab07Mixtures, T3_I29_VictimsAreTheDefinitions) { expect_victims_by_definition(3); }

TEST(Lab07Mixtures, T3_TheSeedsScore) {
  const auto score = [](std::uint64_t hits, std::uint64_t age) {
    return get_eviction_score({.last_used = 50, .hits = hits}, 50 + age);
  };
  EXPECT_EQ(score(0, 0), 3000u) << "never hit: 30 % of 1,000 ticks, in tenths";
  EXPECT_EQ(score(0, 10), 3070u) << "70 % of 10 ticks, in tenths, is 70";
  EXPECT_EQ(score(1, 0), 1500u);
  EXPECT_EQ(score(2, 0), 999u) << "rarity is 1,000 / 3 ticks, rounded down, before it is weighed";
  EXPECT_EQ(score(999, 3), 24u);
  EXPECT_EQ(score(1000, 3), 21u) << "rarity is rounded down to nothing";
  EXPECT_EQ(score(0, std::uint64_t{1} << 40), 3000 + 7 * (std::uint64_t{1} << 40));
}

TEST(Lab07Mixtures, T3_HybridFollowsTheSeedsScore) {
  HybridPolicy hybrid;
  std::mt19937_64 rng(7);
  std::size_t equal = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto usage = [&] { return Usage{.last_used = rng() % 200, .hits = rng() % 2 ? rng() % 4 : rng() % 1200}; };
    const Usage a = usage(), b = usage();
    equal += get_eviction_score(a, 200) == get_eviction_score(b, 200);
    for (const std::uint64_t now : {std::uint64_t{200}, std::uint64_t{5000}, std::uint64_t{1} << 40}) {
      const auto seeds = [&](const Usage& use) { return get_eviction_score(use, now); };
      const auto ours = [&](const Usage& use) { return place(hybrid, use, 1, now); };
      ASSERT_EQ(ours(a) < ours(b), seeds(a) > seeds(b))
          << "at tick " << now << " the seed's scores are " << seeds(a) << " and " << seeds(b) << ", score() gives "
          << ours(a).second << " and " << ours(b).second << ": the larger of the seed's goes first";
      ASSERT_EQ(ours(a) == ours(b), seeds(a) == seeds(b));
    }
    ASSERT_EQ(place(hybrid, a, 1, 200), place(hybrid, a, 1, 5000)) << "its order is fixed: no score looks at now";
  }
  EXPECT_GT(equal, 5u);
  const std::uint64_t late = std::uint64_t{1} << 40;
  EXPECT_LT(place(hybrid, {.last_used = 5}, 1, late), place(hybrid, {.last_used = late}, 1, late))
      << "a tick has 64 bits";
}

// 1,500 tenths of rarity lie between no hit and one; a tick of age is worth seven.
TEST(Lab07Mixtures, T3_AgeCatchesUpWithAHit) {
  for (const std::int64_t ticks : {214, 215}) {
    Scene scene("hybrid", "0:1 0");
    scene.pass(ticks - 1);
    scene.say("1:1");
    EXPECT_EQ(scene.evict(), ticks == 215 ? 0u : 1u) << "text 0 is " << ticks << " ticks older";
  }
}

TEST(Lab07Mixtures, T3_ProductsChangePlacesWhileNobodyIsUsed) {
  Scene scene("product", "0:1");
  scene.pass(7);
  scene.say("1:4 2:1");  // at tick 10 text 0 has 9, text 1 has 4
  EXPECT_EQ(scene.evict(), 0u);
  Scene later("product", "0:1");
  later.pass(7);
  later.say("1:4 2:1");
  later.pass(30);
  EXPECT_EQ(later.evict(), 1u) << "at tick 40 text 0 has 39, and text 1 has 124: each rises at a slope of its own";
}

TEST(Lab07Mixtures, T3_ProductsAreRightWheneverAsked) {
  Scene scene("product", "0:1 1:3 0 0 2:9 2 2 2 3:2 4:5 4");
  for (const std::int64_t ticks : {0, 1, 2, 5, 500}) {
    scene.pass(ticks);
    scene.evict();
  }
}

TEST(Lab07Mixtures, T3_ProductsOfAgeZeroGoById) {
  ProductPolicy product;
  const Usage used{.last_used = 9, .hits = 4};
  EXPECT_EQ(place(product, used, 1, 9), place(product, {.last_used = 9}, 50, 9))
      << "what was used in this tick has age 0, however large it is";
  EXPECT_LT(place(product, used, 1, 10), place(product, used, 1, 9)) << "a larger product goes first";
}

TEST(Lab07Mixtures, T3_AProductIsTellingToA1024th) {
  ProductPolicy product;
  const auto at = [&](std::uint64_t age, std::size_t pages, std::uint64_t hits) {
    return place(product, {.last_used = 100, .hits = hits}, pages, 100 + age);
  };
  EXPECT_LT(at(1, 1, 1), at(1, 1, 2)) << "1/2 is more than 1/3: a division of whole numbers alone makes both 0";
  EXPECT_EQ(at(2, 3, 5), at(1, 1, 0)) << "2 x 3 / 6 = 1";
  EXPECT_LT(at(1, 1, 1023), at(1, 1, 1024)) << "a 1,024th is more than nothing";
  EXPECT_EQ(at(1, 1, 1024), at(1, 1, 5000)) << "less than a 1,024th is nothing";
  const std::uint64_t late = std::uint64_t{1} << 40;
  EXPECT_LT(at(late, 8, 0), at(late - 1, 8, 0)) << "ages near 2^40 tell apart";
  EXPECT_LT(at(late, 1000, 2), at(late, 1000, 3));
}

// What keeps it right, and what it costs.
TEST(Lab07Mixtures, T3_ProductsAreScoredAnewOnceATick) {
  const auto policy = std::make_shared<Counting<ProductPolicy>>();
  Scene scene("product", policy);
  for (std::size_t text = 0; text < 100; ++text) scene.insert(text, 1);
  const auto scored_by_evict = [&] {
    const std::size_t before = policy->scored;
    scene.evict();
    return policy->scored - before;
  };
  EXPECT_EQ(scored_by_evict(), 100u) << "the first victim of a tick: all leaves are scored anew";
  EXPECT_EQ(scored_by_evict(), 0u) << "the second victim of a tick: scores_changed must say no";
  scene.pass(3);
  EXPECT_EQ(scored_by_evict(), 98u) << "time has passed";
  EXPECT_EQ(scored_by_evict(), 0u);
}

TEST(Lab07Mixtures, T3_TheClockBeginsAnew) {
  Scene scene("product", "0:1 1:1 2:1 3:1");
  scene.evict();  // at tick 4
  scene.reset();
  scene.say("0:1 1:4 2:1");
  scene.pass(1);
  EXPECT_EQ(scene.evict(), 1u) << "tick 4 comes again after a reset, and all is scored anew at it";
}

}  // namespace
}  // namespace radixlab
