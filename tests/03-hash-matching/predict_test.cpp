// Chapter 03, task 3.0: predictions, held against what runs have said (predict_truth.hpp).
#include "03-hash-matching/predict.hpp"

#include "predict_truth.hpp"
#include "testing/prediction.hpp"

namespace radixlab {
namespace {

TEST(Lab03Predict, T0_DistinctPrefixes) {
  judge(predicted_prefixes(), truth::kPrefixes, "a prefix that is known has its entry already");
}

TEST(Lab03Predict, T0_StepsOfTheSeed) {
  judge(predicted_steps_of_the_seed(), truth::kStepsOfTheSeed,
        "S7: the prefix of n tokens costs n steps, and there is one of each length");
}

TEST(Lab03Predict, T0_StepsRolled) {
  judge(predicted_steps_rolled(), truth::kStepsRolled, "R1: one step for each token, whatever stands before it");
}

TEST(Lab03Predict, T0_TokensFound) {
  judge(predicted_found(), truth::kFound,
        "blocks are found whole or not at all, and behind the first that differs every hash is another");
}

TEST(Lab03Predict, T0_TokensFoundByAWeakHash) {
  judge(predicted_found_by_a_weak_hash(), truth::kFoundByAWeakHash,
        "I12: a hash says where to look; a block is found by its tokens, its parent and its salt");
}

TEST(Lab03Predict, T0_PagesOfTwoTenants) {
  judge(predicted_pages_of_two_tenants(), truth::kPagesOfTwoTenants,
        "I11: two salts share nothing, were the texts equal");
}

TEST(Lab03Predict, T0_Victims) {
  judge(
      predicted_victims(), truth::kVictims,
      "I26: only a block without children goes, the least recently used of them first; a parent's turn comes when its "
      "last child is gone");
}

}  // namespace
}  // namespace radixlab
