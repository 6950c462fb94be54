// Chapter 01, task 1.0: predictions, held against what a run has said (predict_truth.hpp).
#include "01-naive-manager/predict.hpp"

#include "predict_truth.hpp"
#include "testing/prediction.hpp"

namespace radixlab {
namespace {

TEST(Lab01Predict, T0_TokensComputed) {
  judge(predicted_computed(), truth::kComputed,
        "whatever a manager does not keep is computed by each request from its first token on");
}

TEST(Lab01Predict, T0_PagesOfOneRequest) {
  judge(predicted_pages(), truth::kPages,
        "one request at a time holds pages for the whole of its prompt, and a page that is begun counts as one");
}

TEST(Lab01Predict, T0_TokensLookedUp) {
  judge(predicted_looked_up(), truth::kLookedUp,
        "I8: one token must be run, hit or no hit, because its row gives the logits of the first new token");
}

TEST(Lab01Predict, T0_BytesOfOneToken) {
  judge(predicted_kv_bytes(), truth::kKvBytes, "K and V both count, in every layer, for KV heads only");
}

TEST(Lab01Predict, T0_WhatNaiveAnswers) {
  judge(predicted_insert_answer(), truth::kInsertAnswer,
        "read what seed 003 means by \"consumes all\": the count and the handle say two different things");
}

TEST(Lab01Predict, T0_WhatNaiveFindsAgain) {
  judge(predicted_found_again(), truth::kFoundAgain, "a manager can only find what it has kept");
}

TEST(Lab01Predict, T0_PagesGivenBackUnderNaive) {
  judge(predicted_given_back_naive(), truth::kGivenBackNaive,
        "copy_pages(handle) says who owns what, and an empty handle names no page at all");
}

TEST(Lab01Predict, T0_PagesGivenBackBesideAnother) {
  judge(predicted_given_back_shared(), truth::kGivenBackShared,
        "I21: a page that the handle names is given; where it names another page the own one is free; what it is "
        "silent about stays the caller's until the end, and this is the end");
}

}  // namespace
}  // namespace radixlab
