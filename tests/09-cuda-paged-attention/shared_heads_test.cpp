// Chapter 09, task 9.4: the heads of a group share keys and values, which come in chunks and by asynchronous copies.
#include "passes.hpp"

namespace radixlab::lab09 {
namespace {

const std::vector<std::size_t> kChunkedDims = {8, 24, 40, 64, 72, 136};  // whole chunks of 16 bytes in both types
const Pass chunked_scores{"scores_shared_heads", [](const auto& call) { scores_shared_heads(call); }, kChunkedDims};
const Pass chunked_mix{"mix_shared_heads", [](const auto& call) { mix_shared_heads(call); }, kChunkedDims};

TEST(Lab09SharedHeads, T4_ScoresOfAnyPageSize) { of_any_page_size(chunked_scores, kScores); }
TEST(Lab09SharedHeads, T4_ScoresOfAnyLength) { of_any_length(chunked_scores, kScores); }
TEST(Lab09SharedHeads, T4_ScoresOfAnyGroup) { of_any_group(chunked_scores, kScores); }
TEST(Lab09SharedHeads, T4_ScoresOfAnyHeadDim) { of_any_head_dim(chunked_scores, kScores); }
TEST(Lab09SharedHeads, T4_ScoresOfNaNAndInfinity) { of_special_numbers(chunked_scores, kScores); }
TEST(Lab09SharedHeads, T4_ScoresOfWhatIsSeen) { of_what_is_seen(chunked_scores, kScores); }
TEST(Lab09SharedHeads, T4_ScoresBesidePadding) { of_padding(chunked_scores, kScores); }
TEST(Lab09SharedHeads, T4_ScoresInAnyOrder) { in_any_order(chunked_scores, kScores); }

TEST(Lab09SharedHeads, T4_MixOfAnyPageSize) { of_any_page_size(chunked_mix, kMix); }
TEST(Lab09SharedHeads, T4_MixOfAnyLength) {  // fewer tiles than the ring has, as many, and more
  of_any_length(chunked_mix, kMix, {1, 31, 32, 33, 64, 65, 96, 97, 128, 129, 257});
}
TEST(Lab09SharedHeads, T4_MixOfAnyGroup) { of_any_group(chunked_mix, kMix); }
TEST(Lab09SharedHeads, T4_MixOfAnyHeadDim) { of_any_head_dim(chunked_mix, kMix); }
TEST(Lab09SharedHeads, T4_MixOfNaNAndInfinity) { of_special_numbers(chunked_mix, kMix); }
TEST(Lab09SharedHeads, T4_MixOfWeightsOfZero) { of_weights_of_zero(chunked_mix, kMix); }
TEST(Lab09SharedHeads, T4_MixWithoutMinusZero) { of_minus_zero(chunked_mix, kMix); }
TEST(Lab09SharedHeads, T4_MixOfWhatIsSeen) { of_what_is_seen(chunked_mix, kMix); }
TEST(Lab09SharedHeads, T4_PaddingGivesZeros) { of_padding(chunked_mix, kMix); }
TEST(Lab09SharedHeads, T4_MixInAnyOrder) { in_any_order(chunked_mix, kMix); }

}  // namespace
}  // namespace radixlab::lab09
