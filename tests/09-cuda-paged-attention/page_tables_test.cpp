// Chapter 09, task 9.2: scores and mix of a ragged batch, whose keys and values lie wherever the page table says.
#include "passes.hpp"

namespace radixlab::lab09 {
namespace {

const std::vector<std::size_t> kPagedDims = {10, 2, 32, 34, 64};
const Pass paged_scores{"scores_paged", [](const auto& call) { scores_paged(call); }, kPagedDims};
const Pass paged_mix{"mix_paged", [](const auto& call) { mix_paged(call); }, kPagedDims};

TEST(Lab09PageTables, T2_ScoresOfAnyPageSize) { of_any_page_size(paged_scores, kScores); }
TEST(Lab09PageTables, T2_ScoresOfAnyLength) { of_any_length(paged_scores, kScores); }
TEST(Lab09PageTables, T2_ScoresOfAnyGroup) { of_any_group(paged_scores, kScores); }
TEST(Lab09PageTables, T2_ScoresOfAnyHeadDim) { of_any_head_dim(paged_scores, kScores); }
TEST(Lab09PageTables, T2_ScoresOfNaNAndInfinity) { of_special_numbers(paged_scores, kScores); }
TEST(Lab09PageTables, T2_ScoresOfWhatIsSeen) { of_what_is_seen(paged_scores, kScores); }
TEST(Lab09PageTables, T2_ScoresBesidePadding) { of_padding(paged_scores, kScores); }
TEST(Lab09PageTables, T2_ScoresInAnyOrder) { in_any_order(paged_scores, kScores); }

TEST(Lab09PageTables, T2_MixOfAnyPageSize) { of_any_page_size(paged_mix, kMix); }
TEST(Lab09PageTables, T2_MixOfAnyLength) { of_any_length(paged_mix, kMix); }
TEST(Lab09PageTables, T2_MixOfAnyGroup) { of_any_group(paged_mix, kMix); }
TEST(Lab09PageTables, T2_MixOfAnyHeadDim) { of_any_head_dim(paged_mix, kMix); }
TEST(Lab09PageTables, T2_MixOfNaNAndInfinity) { of_special_numbers(paged_mix, kMix); }
TEST(Lab09PageTables, T2_MixOfWeightsOfZero) { of_weights_of_zero(paged_mix, kMix); }
TEST(Lab09PageTables, T2_MixWithoutMinusZero) { of_minus_zero(paged_mix, kMix); }
TEST(Lab09PageTables, T2_MixOfWhatIsSeen) { of_what_is_seen(paged_mix, kMix); }
TEST(Lab09PageTables, T2_PaddingGivesZeros) { of_padding(paged_mix, kMix); }
TEST(Lab09PageTables, T2_MixInAnyOrder) { in_any_order(paged_mix, kMix); }

}  // namespace
}  // namespace radixlab::lab09
