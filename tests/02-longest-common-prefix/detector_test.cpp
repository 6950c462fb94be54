// Chapter 02, task 2.1: the plain comparison, and the scan over all candidates.
#include <algorithm>
#include <gmock/gmock.h>

#include "02-longest-common-prefix/prefix_detector.hpp"

namespace radixlab {

void PrintTo(const PrefixMatch& match, std::ostream* out) {
  *out << "{index " << match.index << ", length " << match.length << "}";
}

namespace {

using Text = std::vector<TokenId>;

std::size_t common(const Text& a, const Text& b) { return PrefixDetector::find_longest_common_prefix(a, b); }

PrefixMatch best(const Text& text, const std::vector<Text>& candidates) {
  return PrefixDetector().find_best_prefix_match(text, candidates);
}

TEST(Lab02Detector, T1_ComparesToTheFirstDifference) {
  EXPECT_EQ(common({7, 7, 3, 1}, {7, 7, 9, 1}), 2u)
      << "[7 7 3 1] and [7 7 9 1] part after two tokens; that their last ones are equal again does not count";
  EXPECT_EQ(common({1, 2}, {2, 2}), 0u) << "they differ in the first token: nothing is in common";
  EXPECT_EQ(common({-1, 5}, {-1, 6}), 1u) << "a token is compared as a number, whatever its sign";
}

TEST(Lab02Detector, T1_StopsAtTheShorterOne) {
  EXPECT_EQ(common({7, 7, 3}, {7, 7, 3, 1, 1}), 3u) << "one text is a prefix of the other: all of the shorter";
  EXPECT_EQ(common({7, 7, 3, 1, 1}, {7, 7, 3}), 3u) << "the same, the other way round: read behind neither's end";
  EXPECT_EQ(common({7, 7, 3}, {7, 7, 3}), 3u) << "equal texts have all in common";
  EXPECT_EQ(common({}, {1}), 0u) << "an empty text has nothing in common with any";
  EXPECT_EQ(common({1}, {}), 0u) << "an empty text has nothing in common with any";
  EXPECT_EQ(common({}, {}), 0u) << "nor have two empty ones";
}

TEST(Lab02Detector, T1_FindsTheLongest) {
  EXPECT_EQ(best({7, 7, 3, 1, 9}, {{7, 7, 9, 4}, {7, 7, 3, 1, 5}, {7}}), (PrefixMatch{1, 4}))
      << "candidate 1 has four tokens in common, the others two and one: not the first that fits is wanted, nor the "
         "last, but the longest";
  EXPECT_EQ(best({7, 7, 3}, {{7}, {7, 7}, {7, 7, 3, 1}}), (PrefixMatch{2, 3}))
      << "what counts is the length in common, also where the candidate goes on behind the text";
}

TEST(Lab02Detector, T1_TiesGoToTheLowestIndex) {
  EXPECT_EQ(best({7, 7, 3, 1}, {{5}, {7, 7, 3, 8}, {7, 7, 3, 9}, {7, 7, 3}}), (PrefixMatch{1, 3}))
      << "I27: candidates 1, 2 and 3 have three tokens in common each: the lowest index is named, on every machine";
}

TEST(Lab02Detector, T1_NothingInCommonIsNobody) {
  EXPECT_EQ(best({7, 7}, {{1, 2}, {3}}), (PrefixMatch{-1, 0})) << "no candidate has even one token in common: index -1";
  EXPECT_EQ(best({7, 7}, {}), (PrefixMatch{-1, 0})) << "there is no candidate at all: index -1";
  EXPECT_EQ(best({}, {{1, 2}, {}}), (PrefixMatch{-1, 0})) << "an empty text has nothing in common with any: index -1";
}

// What it says is one token short of the truth: a scan that passes over who cannot win finds the same.
TEST(Lab02Detector, T1_UsesTheComparisonItWasGiven) {
  const PrefixDetector detector([](std::span<const TokenId> a, std::span<const TokenId> b) {
    const auto same = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
    return same - (same > 0);
  });
  EXPECT_EQ(detector.find_best_prefix_match(Text{1, 2, 3, 4}, std::vector<Text>{{1, 2, 9}, {1, 2, 3, 4}, {5}}),
            (PrefixMatch{1, 3}))
      << "the detector was built with a comparison of its own, which says one token less than there is: "
         "find_best_prefix_match has to ask it, or the vector scan of task 2.2 is never used";
}

}  // namespace
}  // namespace radixlab
