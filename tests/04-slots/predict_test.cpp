// Chapter 04, task 4.0: predictions, held against what a run has said (predict_truth.hpp).
#include "04-slots/predict.hpp"

#include "predict_truth.hpp"
#include "testing/prediction.hpp"

namespace radixlab {
namespace {

TEST(Lab04Predict, T0_TokensComputed) {
  judge(predicted_computed_with_rows(), truth::kComputed,
        "what a row of another request holds is copied, and what is copied is not computed");
}

TEST(Lab04Predict, T0_TokensCopied) {
  judge(predicted_copied(), truth::kCopied,
        "a row holds one request's text from its first token on, so nobody can share it in place: whoever hits copies "
        "the whole of his hit");
}

TEST(Lab04Predict, T0_RowsCached) {
  judge(predicted_rows(), truth::kRows,
        "I22: only a text that another row holds to its last token takes no row; these four end differently");
}

TEST(Lab04Predict, T0_NodesOfTheTrie) {
  judge(predicted_nodes(), truth::kNodes,
        "a node a token, and texts with a common beginning go through the same nodes");
}

TEST(Lab04Predict, T0_VersionAfterOccupy) {
  judge(predicted_version(), truth::kVersion,
        "I30: a version rises when the slot is taken for another text, and occupy takes it to go on with the same one");
}

TEST(Lab04Predict, T0_TheNextSlot) {
  judge(predicted_next_slot(), truth::kNextSlot, "I30: the lowest free slot goes first");
}

TEST(Lab04Predict, T0_FoundWhenTheNewestRowWent) {
  judge(predicted_found(), truth::kFound,
        "I7: a node whose newest row went is given to an older row, if one still has the text up to there");
}

TEST(Lab04Predict, T0_FoundAfterAnEviction) {
  judge(predicted_left_over(), truth::kLeftOver, "I26: a leaf goes, and of the leaves the one not used for longest");
}

}  // namespace
}  // namespace radixlab
