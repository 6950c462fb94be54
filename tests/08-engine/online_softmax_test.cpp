// Chapter 08, task 8.4: softmax in one pass, and attention over pages. The truth is computed in two passes and in double precision.
#include <cmath>
#include <random>

#include "kv_numbers.hpp"
#include "scene.hpp"

namespace radixlab {
namespace {

using testing::Each;
using Floats = std::vector<float>;

struct Scores {
  Floats scores;               // [n]
  std::vector<Floats> values;  // [n, head_dim]
};

Scores random_scores(std::size_t n, std::size_t head_dim, float spread, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> score(-spread, spread), value(-2, 2);
  Scores all{Floats(n), std::vector(n, Floats(head_dim))};
  for (float& number : all.scores) number = score(random);
  for (Floats& row : all.values)
    for (float& number : row) number = value(random);
  return all;
}

/// softmax(scores) x values.
std::vector<double> two_passes(const Scores& all, std::size_t first, std::size_t last) {
  double largest = all.scores[first], sum = 0;
  for (std::size_t i = first; i < last; ++i) largest = std::max<double>(largest, all.scores[i]);
  std::vector<double> mixed(all.values[0].size());
  for (std::size_t i = first; i < last; ++i) {
    const double weight = std::exp(all.scores[i] - largest);
    sum += weight;
    for (std::size_t d = 0; d < mixed.size(); ++d) mixed[d] += weight * all.values[i][d];
  }
  for (double& number : mixed) number /= sum;
  return mixed;
}

OnlineSoftmax added(const Scores& all, std::size_t first, std::size_t last) {
  OnlineSoftmax softmax(all.values[0].size());
  for (std::size_t i = first; i < last; ++i) softmax.add(all.scores[i], all.values[i]);
  return softmax;
}

template <class Wanted>
void expect_near(const Floats& found, const Wanted& wanted, const std::string& when, double tolerance = 2e-5) {
  ASSERT_EQ(found.size(), wanted.size()) << when;
  for (std::size_t d = 0; d < found.size(); ++d)
    if (!(std::abs(found[d] - wanted[d]) <= tolerance))  // NaN is far from all
      FAIL() << when << ": number " << d << " of the result: expected " << static_cast<float>(wanted[d]) << ", got "
             << found[d];
}

TEST(Lab08OnlineSoftmax, T4_NothingAdded) {
  EXPECT_THAT(OnlineSoftmax(5).result(), testing::ElementsAre(0, 0, 0, 0, 0)) << "zeros before the first add()";
}

TEST(Lab08OnlineSoftmax, T4_OneScoreGivesItsValue) {
  const Floats value = {1.5f, -2, 0};
  for (const float score : {0.0f, 3.5f, -200.0f, -80.0f, 1e30f, -1e30f}) {
    OnlineSoftmax softmax(3);
    softmax.add(score, value);
    EXPECT_EQ(softmax.result(), value) << "a score of " << score << " alone: its weight is 1, whatever its score";
  }
}

TEST(Lab08OnlineSoftmax, T4_LargerScoresScaleDownWhatWasAdded) {
  const Scores rising{{0, 1, 2, 3}, {{1, 0}, {0, 1}, {1, 1}, {-1, 2}}};
  expect_near(added(rising, 0, 4).result(), two_passes(rising, 0, 4), "each score is larger than all before it");
  Scores falling = rising;
  std::ranges::reverse(falling.scores);
  expect_near(added(falling, 0, 4).result(), two_passes(falling, 0, 4), "each score is smaller than all before it");
}

TEST(Lab08OnlineSoftmax, T4_AsInTwoPasses) {
  for (const std::size_t n : {2, 3, 17, 200})
    for (const std::size_t dim : {1, 7, 16})
      for (const float spread : {0.0f, 1.0f, 20.0f}) {
        const Scores all = random_scores(n, dim, spread, static_cast<std::uint32_t>(n * dim));
        expect_near(added(all, 0, n).result(), two_passes(all, 0, n),
                    std::to_string(n) + " scores within " + std::to_string(spread));
      }
}

TEST(Lab08OnlineSoftmax, T4_ScoresWhoseExponentialsHaveNoNumber) {
  for (const float shift : {-1e5f, -1000.0f, -200.0f, 200.0f, 1000.0f, 1e5f}) {
    const Scores all{{shift + 1, shift + 2, shift, shift + 3}, {{1, 4}, {2, 3}, {3, 2}, {4, 1}}};
    expect_near(added(all, 0, 4).result(), two_passes(all, 0, 4),
                "exp() of a score near " + std::to_string(shift) + " is 0 or infinite; that of a difference is not");
  }
  const Scores apart{{-1e30f, 5, -300, 300, 1e30f}, {{1}, {2}, {3}, {4}, {5}}};
  for (std::size_t n = 1; n <= 5; ++n)
    expect_near(added(apart, 0, n).result(), two_passes(apart, 0, n), "scores that are far apart");
}

TEST(Lab08OnlineSoftmax, T4_AResultMayBeReadAndGoneOnWith) {
  const Scores all = random_scores(9, 4, 3, 5);
  OnlineSoftmax softmax(4);
  for (std::size_t i = 0; i < 9; ++i) {
    softmax.add(all.scores[i], all.values[i]);
    expect_near(softmax.result(), two_passes(all, 0, i + 1), std::to_string(i + 1) + " scores were added");
  }
}

TEST(Lab08OnlineSoftmax, T4_MergedAtAnyPlace) {
  for (const float spread : {1.0f, 30.0f}) {
    const Scores all = random_scores(23, 5, spread, 7);
    for (std::size_t cut = 0; cut <= 23; ++cut) {
      OnlineSoftmax front = added(all, 0, cut);
      front.merge(added(all, cut, 23));
      expect_near(front.result(), two_passes(all, 0, 23), "cut behind " + std::to_string(cut) + " of 23 scores");
    }
  }
}

TEST(Lab08OnlineSoftmax, T4_MergeWeighsByTheSums) {
  const Scores all{{1, 1, 1, 1}, {{8}, {0}, {0}, {0}}};
  OnlineSoftmax front = added(all, 0, 1);
  front.merge(added(all, 1, 4));
  expect_near(front.result(), std::vector{2.0},
              "one score in front and three behind, all equal: each weighs a quarter");
  for (const float larger : {-1000.0f, -3.0f, 3.0f, 1000.0f}) {
    const Scores two{{0, larger}, {{1}, {0}}};
    OnlineSoftmax merged = added(two, 0, 1);
    merged.merge(added(two, 1, 2));
    expect_near(merged.result(), two_passes(two, 0, 2),
                "the larger score is " + std::string(larger > 0 ? "there" : "here"));
  }
}

TEST(Lab08OnlineSoftmax, T4_MergeWithNothing) {
  const Scores all = random_scores(4, 3, 2, 9);
  OnlineSoftmax some = added(all, 0, 4), none(3);
  const Floats before = some.result();
  some.merge(none);
  EXPECT_EQ(some.result(), before) << "nothing there changes nothing";
  none.merge(some);
  EXPECT_EQ(none.result(), before) << "nothing here: all is there";
  OnlineSoftmax empty(3);
  empty.merge(OnlineSoftmax(3));
  EXPECT_THAT(empty.result(), Each(0));
  Scores low = all;
  for (float& score : low.scores) score -= 1000;
  some = added(low, 0, 4);
  some.merge(OnlineSoftmax(3));
  expect_near(some.result(), two_passes(low, 0, 4),
              "a part to which nothing was added changes nothing, though all scores here are below 0");
  OnlineSoftmax fresh(3);
  fresh.merge(added(low, 0, 4));
  expect_near(fresh.result(), two_passes(low, 0, 4), "nothing here, and all scores there are below 0");
}

TEST(Lab08OnlineSoftmax, T4_MergedGoesOn) {
  const Scores all = random_scores(30, 4, 8, 11);
  OnlineSoftmax front = added(all, 0, 6), back = added(all, 6, 12);
  const Floats there = back.result();
  front.merge(back);
  EXPECT_EQ(back.result(), there) << "what is merged stays as it was";
  for (std::size_t i = 12; i < 20; ++i) front.add(all.scores[i], all.values[i]);
  OnlineSoftmax last = added(all, 20, 25);
  last.merge(added(all, 25, 30));
  front.merge(last);
  expect_near(front.result(), two_passes(all, 0, 30), "merged, added to, and merged once more");
}

std::string asks_for(std::size_t position) {
  return "is position " + std::to_string(position) + " itself read, and nothing behind it?";
}

TEST(Lab08Attention, T4_ReadsNothingElse) {
  KvNumbers kv({.heads = 2, .kv_heads = 2, .head_dim = 4, .layers = 3}, 10, 4);
  const std::vector<PageId> table = {7, 2, 9, 4};
  for (const std::size_t position : {0, 3, 4, 6, 7, 10}) {
    kv.fill();
    kv.only_up_to(1, table, position);
    kv.expect_attention(1, table, position, asks_for(position) + " NaN stands in all other places");
  }
}

TEST(Lab08Attention, T4_EachPosition) {
  for (const std::size_t P : {1, 4, 16}) {
    KvNumbers kv({.heads = 2, .kv_heads = 1, .head_dim = 4}, 13, P);
    for (std::size_t position = 0; position < 12; ++position)
      kv.expect_attention(0, {12, 3, 8, 1, 10, 5, 0, 7, 2, 11, 4, 9}, position,
                          asks_for(position) + " Pages of " + std::to_string(P));
  }
}

TEST(Lab08Attention, T4_PagesInAnyOrder) {
  KvNumbers kv({.heads = 2, .kv_heads = 2, .head_dim = 4, .layers = 2}, 12, 4);
  for (const std::vector<PageId>& table : {std::vector<PageId>{0, 1, 2}, {7, 2, 9}, {11, 5, 0}})
    for (const std::size_t layer : {0, 1}) kv.expect_attention(layer, table, 10, "pages in another order");
}

TEST(Lab08Attention, T4_GroupsOfHeads) {
  for (const std::size_t kv_heads : {1, 2, 3, 6}) {
    KvNumbers kv({.heads = 6, .kv_heads = kv_heads, .head_dim = 4}, 6, 4);
    kv.expect_attention(0, {5, 2}, 6, "6 query heads, " + std::to_string(kv_heads) + " KV heads");
  }
}

TEST(Lab08Attention, T4_HeadsOfAnySize) {
  for (const std::size_t dim : {1, 3, 7, 20}) {
    KvNumbers kv({.heads = 2, .kv_heads = 1, .head_dim = dim}, 6, 4);
    kv.expect_attention(0, {4, 1, 3}, 11, "head_dim " + std::to_string(dim));
  }
}

TEST(Lab08Attention, T4_ScoresFarApart) {
  KvNumbers kv({.heads = 2, .kv_heads = 2, .head_dim = 4}, 8, 4);
  kv.scale_keys(200);
  kv.expect_attention(0, {6, 1, 3}, 11, "scores of several hundred");
}

TEST(Lab08Attention, T4_EachPageIsLookedAtOnce) {
  KvNumbers kv({.heads = 8, .kv_heads = 2, .head_dim = 4}, 8, 4);
  kv.reads = 0;
  kv.attention(0, {6, 1, 3, 5}, 11);
  EXPECT_LE(kv.reads, 3u * 4 * 2 * 4 * 2) << "3 pages of 4 tokens, 2 KV heads, 4 numbers, keys and values: each page "
                                             "once, whatever the number of query heads";
}

TEST(Lab08Attention, T4_APositionBeyondTheTable) {
  KvNumbers kv({.heads = 2, .kv_heads = 1, .head_dim = 4}, 8, 4);
  EXPECT_NO_THROW(kv.attention(0, {6, 1}, 7));
  EXPECT_THROW(kv.attention(0, {6, 1}, 8), std::out_of_range) << "position 8 needs a third page";
}

}  // namespace
}  // namespace radixlab
