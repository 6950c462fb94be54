// Chapter 02, task 2.0: predictions, held against what runs have said (predict_truth.hpp).
#include "02-longest-common-prefix/predict.hpp"

#include "predict_truth.hpp"
#include "testing/prediction.hpp"

namespace radixlab {
namespace {

TEST(Lab02Predict, T0_TheBestIndex) {
  judge(predicted_best_index(), truth::kBestIndex,
        "the length in common decides, and of equals the lowest index; what stands behind it is not looked at");
}

TEST(Lab02Predict, T0_TokensCompared) {
  judge(predicted_compared(), truth::kCompared,
        "each candidate is compared from its first token on, and the comparison that says \"different\" is one too");
}

TEST(Lab02Predict, T0_TokensComputed) {
  judge(predicted_computed(), truth::kComputed,
        "the first prompt finds nothing; each later one finds the whole pages that it has in common with an entry");
}

TEST(Lab02Predict, T0_PagesCached) {
  judge(predicted_cached_pages(), truth::kCachedPages,
        "I3: a page that two entries name is one page, and a page that is only begun is not cached at all");
}

TEST(Lab02Predict, T0_TokensKept) {
  judge(predicted_kept_tokens(), truth::kKeptTokens,
        "pages are shared, texts are not: an entry keeps every token of its whole pages, to compare with");
}

TEST(Lab02Predict, T0_PagesFreed) {
  judge(predicted_freed(), truth::kFreed,
        "I3: the oldest entry goes, and frees the pages that no other entry names; what someone had first was never "
        "given by the second (I21)");
}

TEST(Lab02Predict, T0_PagesFreedNext) {
  judge(predicted_freed_next(), truth::kFreedNext, "an entry goes as a whole, with every page whose last owner it is");
}

TEST(Lab02Predict, T0_PagesProtected) {
  judge(predicted_protected(), truth::kProtected,
        "I17: a page is protected if a locked entry names it; is it the prefix or the entry that is locked?");
}

}  // namespace
}  // namespace radixlab
