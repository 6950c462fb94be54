// One number that is not finite, in each kind of tensor: the device tells the rows that it spoils, and the cause.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

#include "llm/cpu_device.hpp"
#include "llm/sampling.hpp"
#include "testing/model_folder.hpp"

namespace radixlab {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity(), kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t kTokens = 9, kBrokenToken = 5;

/// Where a number is broken, and what must come of it.
struct Case {
  std::string tensor;
  std::size_t index;          // of the element
  std::string place, cause;   // as the message has them
  std::size_t first_row = 0;  // whose hidden state it spoils; kTokens: the head's logits alone
};

std::vector<Case> cases() {
  std::vector<Case> all = {
      {"model.embed_tokens.weight", kBrokenToken * 42 + 7, "[5, 7]", "the embedding of token 5", kBrokenToken},
      {"model.norm.weight", 41, "[41]", "the head", kTokens},
      {"lm_head.weight", 262 * 42, "[262, 0]", "the head", kTokens}};
  for (const char* vector : {"input_layernorm", "post_attention_layernorm"})
    all.push_back({"model.layers.1." + std::string(vector) + ".weight", 3, "[3]", "layer 1"});
  for (const char* matrix :
       {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "mlp.gate_proj", "mlp.up_proj"})
    all.push_back({"model.layers.1." + std::string(matrix) + ".weight", 42 + 2, "[1, 2]", "layer 1"});
  all.push_back({"model.layers.2.self_attn.o_proj.weight", 60 + 2, "[1, 2]", "layer 2"});
  all.push_back({"model.layers.0.mlp.down_proj.weight", 54 + 2, "[1, 2]", "layer 0"});
  return all;
}

/// Tokens 0, 1, 2 ... in a sequence of their own behind another one, on a device of its own.
struct Serving {
  Serving(const Model& model, Isa isa) : device(model, isa, threads) {
    device.make_pool(6, 4);
    device.reserve(2 * kTokens, kTokens);
    std::iota(tokens.begin(), tokens.end(), 0);
    const std::size_t last = kTokens + 3;
    const Sequence batch[] = {{std::span(other).first(4), 0, std::span(pages).first(1)}, mine()};
    broken = device.run(batch, {.rows = {&last, 1}, .logits = logits});
  }
  Sequence mine(std::size_t rows = kTokens) const {
    return {std::span(tokens).first(rows), 0, std::span(pages).last(3)};
  }

  ThreadPool threads{2};
  CpuDevice device;
  std::vector<TokenId> tokens = std::vector<TokenId>(kTokens), other = {100, 101, 102, 103};
  std::vector<PageId> pages = {5, 0, 3, 1};
  std::vector<float> logits = std::vector<float>(263);
  std::vector<std::size_t> broken;
};

class BrokenNumber : public testing::TestWithParam<DType> {
 protected:
  const ModelFolder folder_{[](RandomModel& model) { model.config.dtype = GetParam(); }};
};

TEST_P(BrokenNumber, OfEachTensorIsToldWithItsRowAndItsCause) {
  for (const Case& c : cases()) {
    for (const float number : {kNaN, kInfinity, -kInfinity}) {
      const float before = folder_.set_weight(c.tensor, c.index, number);
      const Model model(folder_.path(), GetParam());
      folder_.set_weight(c.tensor, c.index, before);
      for (const Isa isa : supported_isas()) {
        SCOPED_TRACE(c.tensor + " is " + std::to_string(number) + " in " + std::string(isa_name(isa)));
        Serving run(model, isa);
        std::vector<std::size_t> expected;
        if (c.first_row == 0) expected = {0, 4};  // of each sequence the first
        if (c.first_row > 0 && c.first_row < kTokens) expected = {4 + c.first_row};
        EXPECT_EQ(run.broken, expected);
        EXPECT_EQ(greedy(run.logits), std::nullopt);
        EXPECT_EQ(run.device.cause_of_broken(run.mine(std::min(c.first_row + 1, kTokens))),
                  c.cause + ", where " + c.tensor + " " + c.place + (std::isnan(number) ? " is NaN" : " is infinite"));
      }
    }
  }
}

// Finite weights whose sums are not, or whose squares are not: the bare formula of the norm would make a row of zeros of
// the latter, and token 0 of that.
TEST_P(BrokenNumber, OfASumIsToldToo) {
  for (const float number : {3e38f, 1e25f}) {
    for (std::size_t i = 0; i < 60; ++i) folder_.set_weight("model.layers.1.self_attn.o_proj.weight", i, number);
    const Model model(folder_.path(), GetParam());
    for (const Isa isa : supported_isas()) {
      SCOPED_TRACE(std::to_string(number) + " in " + std::string(isa_name(isa)));
      Serving run(model, isa);
      EXPECT_THAT(run.broken, testing::ElementsAre(0, 4));
      EXPECT_EQ(run.device.cause_of_broken(run.mine(1)),
                "layer 1, whose weights are finite: a sum is too large for float32, or a page that is read holds such "
                "a number");
    }
  }
}

// Finite in the checkpoint, and rounded to infinity.
TEST(BrokenWeight, MayBeOneThatTheTypeDoesNotHold) {
  const ModelFolder folder;
  folder.set_weight("model.layers.1.mlp.up_proj.weight", 0, 3.4e38f);
  const Model model(folder.path(), DType::bf16);
  Serving run(model, best_isa());
  EXPECT_THAT(run.broken, testing::ElementsAre(0, 4));
  EXPECT_EQ(run.device.cause_of_broken(run.mine(1)),
            "layer 1, where model.layers.1.mlp.up_proj.weight [0, 0] is infinite");
}

TEST_P(BrokenNumber, IsInNoneOfAGoodModelsRows) {
  const Model model(folder_.path(), GetParam());
  for (const Isa isa : supported_isas()) {
    Serving run(model, isa);
    EXPECT_THAT(run.broken, testing::IsEmpty());
    EXPECT_NE(greedy(run.logits), std::nullopt);
  }
}

TEST(Greedy, TakesTheFirstOfTheLargest) {
  EXPECT_EQ(greedy(std::vector{-1.0f, 2.5f, 0.0f, 2.5f}), 1);
  EXPECT_EQ(greedy(std::vector{-std::numeric_limits<float>::max(), -1e-45f}), 1);
}

TEST(Greedy, HasNoAnswerToANumberThatIsNotFinite) {
  for (const float number : {kNaN, -kNaN, kInfinity, -kInfinity}) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::vector<float> logits(40, 1.0f);
      logits[at] = number;
      EXPECT_EQ(greedy(logits), std::nullopt) << number << " at " << at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(InBothTypes, BrokenNumber, testing::Values(DType::f32, DType::bf16),
                         [](const auto& type) { return std::string(dtype_name(type.param)); });

}  // namespace
}  // namespace radixlab
