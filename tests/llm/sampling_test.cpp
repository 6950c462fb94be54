// Sampling: what is kept, how it is drawn, and that nothing but seed, answer and index decides.
#include "llm/sampling.hpp"

#include <cmath>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "kernels/cpu/flush_to_zero.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

// Of all answers that are drawn, how often each token came.
std::map<TokenId, int> counts(std::span<const float> logits, const SamplingParams& params, std::size_t draws = 2000) {
  std::map<TokenId, int> seen;
  for (std::size_t index = 0; index < draws; ++index) ++seen[sample(logits, params, 0, index).value()];
  return seen;
}

std::set<TokenId> kept(std::span<const float> logits, const SamplingParams& params) {
  std::set<TokenId> tokens;
  for (const auto& [token, count] : counts(logits, params)) tokens.insert(token);
  return tokens;
}

std::vector<TokenId> drawn(std::span<const float> logits, const SamplingParams& params, std::size_t answer,
                           std::size_t tokens) {
  std::vector<TokenId> all;
  for (std::size_t index = 0; index < tokens; ++index) all.push_back(sample(logits, params, answer, index).value());
  return all;
}

// Sum of (seen - expected)^2 / expected over the tokens of `share`, whose probabilities go with its numbers.
double chi_square(const std::map<TokenId, int>& seen, const std::map<TokenId, double>& share, double draws) {
  double all = 0, sum = 0;
  for (const auto& [token, part] : share) all += part;
  for (const auto& [token, part] : share) {
    const double expected = draws * part / all, found = seen.contains(token) ? seen.at(token) : 0;
    sum += (found - expected) * (found - expected) / expected;
  }
  return sum;
}

// 300 logits without a pattern, in steps of 1/16 between -8 and 8, so that some are equal.
std::vector<float> uneven_logits() {
  std::vector<float> logits(300);
  for (std::size_t i = 0; i < logits.size(); ++i)
    logits[i] = static_cast<float>(static_cast<int>(i * 7919 % 257) - 128) / 16;
  return logits;
}

const std::vector<float> kFive = {1, -1, 0.5f, 2, -2};

TEST(Sampling, DrawsEachTokenByItsProbability) {
  for (const float temperature : {0.5f, 1.0f, 3.0f}) {
    std::map<TokenId, double> share;
    for (std::size_t i = 0; i < kFive.size(); ++i)
      share[static_cast<TokenId>(i)] = std::exp(static_cast<double>(kFive[i]) / temperature);
    const auto seen = counts(kFive, {.temperature = temperature, .seed = 11}, 40000);
    EXPECT_LT(chi_square(seen, share, 40000), 18.5) << "4 degrees of freedom: one seed of 1,000 would be above";
  }
}

// Also over the answers and over the seeds: a request draws one token of many answers, a trace of many seeds.
TEST(Sampling, DrawsByItsProbabilityOverAnswersAndSeedsToo) {
  std::map<TokenId, double> share;
  for (std::size_t i = 0; i < kFive.size(); ++i) share[static_cast<TokenId>(i)] = std::exp(kFive[i]);
  std::map<TokenId, int> over_answers, over_seeds;
  for (std::size_t i = 0; i < 40000; ++i) {
    ++over_answers[sample(kFive, {.temperature = 1, .seed = 3}, i, 5).value()];
    ++over_seeds[sample(kFive, {.temperature = 1, .seed = i}, 0, 0).value()];
  }
  EXPECT_LT(chi_square(over_answers, share, 40000), 18.5);
  EXPECT_LT(chi_square(over_seeds, share, 40000), 18.5);
}

TEST(Sampling, DrawsTheNextTokenWhateverCameBefore) {
  const std::vector<float> equal(4);
  const auto tokens = drawn(equal, {.temperature = 1, .seed = 5}, 0, 40001);
  std::map<TokenId, int> pairs;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) ++pairs[tokens[i] * 4 + tokens[i + 1]];
  std::map<TokenId, double> share;
  for (TokenId pair = 0; pair < 16; ++pair) share[pair] = 1;
  EXPECT_LT(chi_square(pairs, share, 40000), 37.7) << "15 degrees of freedom: one seed of 1,000 would be above";
}

TEST(Sampling, KeepsTheTopKLargest) {
  EXPECT_THAT(kept(kFive, {.temperature = 10, .top_k = 1}), UnorderedElementsAre(3));
  EXPECT_THAT(kept(kFive, {.temperature = 10, .top_k = 3}), UnorderedElementsAre(0, 2, 3));
  for (const std::size_t top_k : {0u, 5u, 6u, 1000u})
    EXPECT_THAT(kept(kFive, {.temperature = 10, .top_k = top_k}), UnorderedElementsAre(0, 1, 2, 3, 4)) << top_k;
}

TEST(Sampling, KeepsTheLowerIdsOfEqualLogits) {
  const std::vector<float> logits = {3, 7, 3, 7, 7, 3};
  EXPECT_THAT(kept(logits, {.temperature = 10, .top_k = 2}), UnorderedElementsAre(1, 3));
  EXPECT_THAT(kept(logits, {.temperature = 10, .top_k = 4}), UnorderedElementsAre(0, 1, 3, 4));
  EXPECT_THAT(kept(logits, {.temperature = 0.01f, .top_p = 0.5f}), UnorderedElementsAre(1, 3));
}

TEST(Sampling, KeepsTheFewestThatReachTopP) {
  const std::vector<float> equal(4, 1.5f);
  EXPECT_THAT(kept(equal, {.temperature = 1, .top_p = 1e-9f}), UnorderedElementsAre(0));
  EXPECT_THAT(kept(equal, {.temperature = 1, .top_p = 0.25f}), UnorderedElementsAre(0));
  EXPECT_THAT(kept(equal, {.temperature = 1, .top_p = std::nextafter(0.25f, 1.0f)}), UnorderedElementsAre(0, 1));
  EXPECT_THAT(kept(equal, {.temperature = 1, .top_p = 0.5f}), UnorderedElementsAre(0, 1));
  EXPECT_THAT(kept(equal, {.temperature = 1, .top_p = std::nextafter(0.75f, 1.0f)}), UnorderedElementsAre(0, 1, 2, 3));
  EXPECT_THAT(kept(kFive, {.temperature = 1, .top_p = 0.6f}), UnorderedElementsAre(3)) << "0.604 of the probability";
  EXPECT_THAT(kept(kFive, {.temperature = 1, .top_p = 0.61f}), UnorderedElementsAre(0, 3));
}

TEST(Sampling, TakesTopPOfWhatTopKKept) {
  const std::vector<float> equal(4);
  EXPECT_THAT(kept(equal, {.temperature = 1, .top_k = 2, .top_p = 0.5f}), UnorderedElementsAre(0));
  EXPECT_THAT(kept(equal, {.temperature = 1, .top_k = 3, .top_p = 0.5f}), UnorderedElementsAre(0, 1));
}

TEST(Sampling, KeepsTheProportionsOfWhatIsKept) {
  const auto seen = counts(kFive, {.temperature = 1, .top_k = 4, .top_p = 0.9f, .seed = 9}, 40000);
  EXPECT_LT(chi_square(seen, {{0, std::exp(1.0)}, {2, std::exp(0.5)}, {3, std::exp(2.0)}}, 40000), 13.8);
  EXPECT_EQ(seen.size(), 3);
}

// Computed from docs/numerics.md, without this code: what a processor, compiler or library draws differently breaks it.
TEST(Sampling, DrawsTheSameTokensEverywhere) {
  const auto logits = uneven_logits();
  EXPECT_THAT(drawn(logits, {.temperature = 1.5f, .seed = 42}, 0, 8), ElementsAre(118, 268, 27, 172, 150, 59, 23, 97));
  EXPECT_THAT(drawn(logits, {.temperature = 1.5f, .top_k = 20, .seed = 42}, 1, 8),
              ElementsAre(11, 225, 166, 27, 252, 161, 59, 166));
  EXPECT_THAT(drawn(logits, {.temperature = 1.5f, .top_p = 0.7f, .seed = 42}, 2, 8),
              ElementsAre(97, 241, 102, 268, 268, 86, 150, 284));
}

TEST(Sampling, IsDecidedBySeedAnswerAndIndexAlone) {
  const auto logits = uneven_logits();
  const SamplingParams params = {.temperature = 1.5f, .top_p = 0.9f, .seed = 42};
  const auto first = drawn(logits, params, 0, 64);
  for (std::size_t index = 64; index-- > 0;)
    EXPECT_EQ(sample(logits, params, 0, index), first[index]) << "backwards, as a request that is resumed might ask";
  {
    const FlushToZero guard;
    EXPECT_EQ(drawn(logits, params, 0, 64), first) << "in a thread that computes";
  }
  EXPECT_NE(drawn(logits, params, 1, 64), first);
  SamplingParams other = params;
  other.seed = 43;
  EXPECT_NE(drawn(logits, other, 0, 64), first);
  other = {
      .n = 7, .temperature = 1.5f, .top_p = 0.9f, .seed = 42, .max_tokens = 3, .stop_token_ids = {1}, .stop = {"a"}};
  EXPECT_EQ(drawn(logits, other, 0, 64), first);
}

TEST(Sampling, IsGreedyAtTemperatureZero) {
  const std::vector<float> logits = {-1.0f, 2.5f, 0.0f, 2.5f};
  for (std::size_t answer = 0; answer < 50; ++answer)
    EXPECT_EQ(sample(logits, {.n = 50, .top_k = 3, .seed = 7}, answer, answer), 1);
  EXPECT_THAT(kept(logits, {.temperature = kLeastTemperature}), UnorderedElementsAre(1, 3));
}

TEST(Sampling, TakesLogitsOfAnySize) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  EXPECT_THAT(kept(std::vector{-kLargest, kLargest, kLargest}, {.temperature = 1}), UnorderedElementsAre(1, 2));
  EXPECT_THAT(kept(std::vector{-kLargest, kLargest}, {.temperature = kLargest, .top_p = 0.8f}),
              UnorderedElementsAre(1));
  EXPECT_THAT(kept(std::vector{-3.0f}, {.temperature = 1, .top_k = 1, .top_p = 0.5f}), UnorderedElementsAre(0));
}

TEST(Sampling, HasNoAnswerToANumberThatIsNotFinite) {
  constexpr float infinite = std::numeric_limits<float>::infinity();
  for (const float number : {std::nanf(""), infinite, -infinite}) {
    for (const float temperature : {0.0f, 1.0f}) {
      std::vector<float> logits(40, 1.0f);
      logits[39] = number;
      EXPECT_EQ(sample(logits, {.temperature = temperature, .top_k = 2}, 0, 0), std::nullopt);
    }
  }
}

std::string refusal_of(const SamplingParams& params) {
  try {
    check_params(params);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(Sampling, RefusesParametersByName) {
  EXPECT_EQ(refusal_of({}), "");
  EXPECT_EQ(refusal_of({.n = 8, .temperature = 1e-6f, .top_k = 1, .top_p = 1e-9f, .max_tokens = 1, .stop = {"\n"}}),
            "");
  EXPECT_EQ(refusal_of({.n = 0}), "n: expected 1 or more answers, found 0");
  const std::string temperature = "temperature: expected 0 (greedy), or a number from 1e-06 on, found ";
  EXPECT_EQ(refusal_of({.temperature = -1}), temperature + "-1");
  EXPECT_EQ(refusal_of({.temperature = 5e-7f}), temperature + "5e-07");
  EXPECT_EQ(refusal_of({.temperature = std::nanf("")}), temperature + "nan");
  EXPECT_EQ(refusal_of({.temperature = std::numeric_limits<float>::infinity()}), temperature + "inf");
  const std::string top_p = "top_p: expected a number above 0 and up to 1, found ";
  EXPECT_EQ(refusal_of({.top_p = 0}), top_p + "0");
  EXPECT_EQ(refusal_of({.top_p = 1.5f}), top_p + "1.5");
  EXPECT_EQ(refusal_of({.top_p = std::nanf("")}), top_p + "nan");
  EXPECT_EQ(refusal_of({.max_tokens = 0}), "max_tokens: expected 1 or more tokens, found 0");
  EXPECT_EQ(refusal_of({.stop_token_ids = {2, -1}}), "stop_token_ids: expected ids from 0 on, found -1");
  EXPECT_EQ(refusal_of({.stop = {"a", ""}}), "stop: expected texts that are not empty, found \"\"");
}

}  // namespace
}  // namespace radixlab
