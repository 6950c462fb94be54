// Our forward pass against the stock operators of LibTorch: the same model, other sums, so close and not equal.
#include "llm/torch/stock.hpp"

#include <gtest/gtest.h>
#include <numeric>

#include "apps/random_model.hpp"
#include "llm/forward.hpp"
#include "testing/compare.hpp"
#include "testing/temporary_folder.hpp"

namespace radixlab {
namespace {

constexpr double kTolerance = 2e-4;

struct Shape {
  const char* name;
  std::size_t heads, kv_heads, head_dim;
  bool tied;
};

class StockTest : public testing::TestWithParam<Shape> {};

TEST_P(StockTest, LogitsAreClose) {
  const TemporaryFolder folder;
  RandomModel random;
  random.config = *preset_config("tiny");
  random.config.num_attention_heads = GetParam().heads;
  random.config.num_key_value_heads = GetParam().kv_heads;
  random.config.head_dim = GetParam().head_dim;
  random.config.tie_word_embeddings = GetParam().tied;
  random.seed = 5;
  write_random_model(random, folder / "model", [](std::size_t) {});
  const Model model(folder / "model");
  const std::size_t vocab = model.config().vocab_size;
  std::vector<TokenId> tokens;
  for (std::size_t i = 0; i < 53; ++i) tokens.push_back(static_cast<TokenId>((i * i * 17 + 3) % vocab));

  ThreadPool threads(2);
  Forward forward(model, best_isa(), threads);
  KvPool kv(model.config(), 4, 16);
  std::vector<PageId> pages(4);
  std::iota(pages.begin(), pages.end(), 0);
  std::vector<float> ours(tokens.size() * vocab);
  forward.logits(forward.run({tokens, 0, pages}, kv), ours);

  StockModel stock(folder / "model", 2);
  const std::size_t prompt = 50;
  std::vector<float> theirs = stock.prefill(std::span(tokens).first(prompt), true);
  for (std::size_t i = prompt; i < tokens.size(); ++i) {
    const std::vector<float> row = stock.decode(tokens[i]);
    theirs.insert(theirs.end(), row.begin(), row.end());
  }
  EXPECT_LE(max_error(ours, theirs), kTolerance);
  // The bound means something: logits of the neighbouring position are far from it.
  EXPECT_GT(max_error(std::span(ours).first(52 * vocab), std::span(theirs).last(52 * vocab)), 100 * kTolerance);
}

INSTANTIATE_TEST_SUITE_P(Shapes, StockTest,
                         testing::Values(Shape{"group1", 3, 3, 20, true}, Shape{"group2", 4, 2, 32, false},
                                         Shape{"group5", 5, 1, 14, true}),
                         [](const auto& shape) { return std::string(shape.param.name); });

}  // namespace
}  // namespace radixlab
