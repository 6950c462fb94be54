// The paged forward pass against chapter 00's reference in both types, and its limits.
#include "llm/forward.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

#include "00-baseline/reference.hpp"
#include "testing/compare.hpp"
#include "testing/model_folder.hpp"

namespace radixlab {
namespace {

class ForwardTest : public testing::TestWithParam<DType> {
 protected:
  explicit ForwardTest(std::size_t max_positions = 64, std::size_t tokens = 37)
      : folder_([max_positions](RandomModel& model) {
          model.config.max_position_embeddings = max_positions;
          model.seed = 7;
        }) {
    model_ = std::make_unique<Model>(folder_.path(), GetParam());
    for (std::size_t i = 0; i < tokens; ++i) {
      tokens_.push_back(static_cast<TokenId>((i * i * 31 + 11) % model_->config().vocab_size));
    }
  }

  static std::vector<PageId> some_pages(
      std::size_t count) {  // not in order: page p of the table is not page p of the pool
    std::vector<PageId> pages(count);
    std::iota(pages.begin(), pages.end(), 0);
    std::ranges::reverse(pages);
    return pages;
  }

  std::vector<float> logits_in_chunks(Forward& forward, std::size_t chunk, std::size_t page_size) {
    return logits_in_calls(forward, std::vector<std::size_t>((tokens_.size() + chunk - 1) / chunk, chunk), page_size);
  }

  /// Each call computes so many rows, the last one as many as are left.
  std::vector<float> logits_in_calls(Forward& forward, const std::vector<std::size_t>& calls, std::size_t page_size) {
    const std::size_t pages = (tokens_.size() + page_size - 1) / page_size, vocab = model_->config().vocab_size;
    KvPool kv(model_->config(), pages, page_size, GetParam());
    for (PageId page = 0; page < pages; ++page) kv.poison(page);
    std::vector<float> all(tokens_.size() * vocab);
    const std::vector<PageId> table = some_pages(pages);
    std::size_t at = 0;
    for (const std::size_t call : calls) {
      const std::size_t rows = std::min(call, tokens_.size() - at);
      const auto hidden = forward.run({std::span(tokens_).subspan(at, rows), at, table}, kv);
      forward.logits(hidden, std::span(all).subspan(at * vocab, rows * vocab));
      at += rows;
    }
    return all;
  }

  const ModelFolder folder_;
  std::unique_ptr<Model> model_;
  std::vector<TokenId> tokens_;
};

TEST_P(ForwardTest, GivesTheReferencesBits) {
  const std::vector<float> expected = Reference(folder_.path(), GetParam()).logits(tokens_);
  for (const Isa isa : supported_isas()) {
    for (const std::size_t threads : {1, 2, 3}) {
      ThreadPool pool(threads);
      Forward forward(*model_, isa, pool);
      for (const std::size_t page_size : {1, 3, 16}) {
        for (const std::size_t chunk : {1, 7, 37}) {
          EXPECT_FALSE(first_difference(expected, logits_in_chunks(forward, chunk, page_size)))
              << isa_name(isa) << ", " << threads << " threads, pages of " << page_size << ", chunks of " << chunk;
        }
      }
    }
  }
}

TEST_P(ForwardTest, CountsTheTokensThatItComputes) {
  ThreadPool pool(1);
  Forward forward(*model_, best_isa(), pool);
  logits_in_chunks(forward, 10, 4);
  EXPECT_EQ(forward.tokens_computed(), tokens_.size());
}

TEST_P(ForwardTest, CopiedPlacesServeAsWellAsComputedOnes) {
  ThreadPool pool(1);
  Forward forward(*model_, best_isa(), pool);
  KvPool kv(model_->config(), 4, 16, GetParam());
  const std::vector<PageId> first = {0, 1, 2}, second = {0, 3, 2};
  forward.run({std::span(tokens_).first(30), 0, first}, kv);
  kv.poison(3);
  kv.copy_kv(1, 3, 10);  // tokens 16 .. 25
  const std::size_t vocab = model_->config().vocab_size;
  std::vector<float> logits(11 * vocab), expected = Reference(folder_.path(), GetParam()).logits(tokens_);
  forward.logits(forward.run({std::span(tokens_).subspan(26), 26, second}, kv), logits);
  EXPECT_FALSE(first_difference(std::span(expected).last(11 * vocab), logits));
  EXPECT_EQ(kv.tokens_copied(), 10u);
}

TEST_P(ForwardTest, APoisonedPlaceThatIsReadReachesTheLogits) {
  ThreadPool pool(1);
  Forward forward(*model_, best_isa(), pool);
  KvPool kv(model_->config(), 3, 16, GetParam());
  const std::vector<PageId> pages = {0, 1, 2};
  forward.run({std::span(tokens_).first(36), 0, pages}, kv);
  kv.poison(1);
  std::vector<float> logits(model_->config().vocab_size);
  forward.logits(forward.run({std::span(tokens_).last(1), 36, pages}, kv), logits);
  EXPECT_TRUE(std::ranges::all_of(logits, [](float x) { return std::isnan(x); }));
}

TEST_P(ForwardTest, RefusesWhatDoesNotFitAndWritesNothing) {
  ThreadPool pool(1);
  Forward forward(*model_, best_isa(), pool);
  KvPool kv(model_->config(), 8, 16, GetParam());
  const std::vector<PageId> pages = some_pages(8), beyond = {0, 8};
  const auto message = [&](const Sequence& s) -> std::string {
    try {
      forward.run(s, kv);
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
    return "";
  };
  const std::vector<TokenId> long_text(65, 1), unknown = {1, 2, static_cast<TokenId>(model_->config().vocab_size)};
  EXPECT_NE(message({long_text, 0, pages}).find("position 64 is beyond max_position_embeddings 64"), std::string::npos);
  EXPECT_NE(message({tokens_, 0, std::span(pages).first(2)}).find("37 tokens need more than 2 pages of 16"),
            std::string::npos);
  EXPECT_NE(message({std::span(tokens_).first(20), 0, beyond}).find("page 8 is not in the pool"), std::string::npos);
  EXPECT_NE(message({unknown, 0, pages}).find("not in the vocabulary"), std::string::npos);
  KvPool other(model_->config(), 8, 16, GetParam() == DType::f32 ? DType::bf16 : DType::f32);
  EXPECT_THROW(forward.run({tokens_, 0, pages}, other), std::invalid_argument);
  EXPECT_NE(message({{}, 0, pages}).find("at least one token"), std::string::npos);
  EXPECT_EQ(forward.tokens_computed(), 0u);
}

// The hidden states are numbers of the model's type, so that logits() gets back what the last layer gave.
TEST_P(ForwardTest, HiddenStatesAreOfTheModelsType) {
  ThreadPool pool(1);
  Forward forward(*model_, best_isa(), pool);
  KvPool kv(model_->config(), 3, 16, GetParam());
  const auto hidden = forward.run({tokens_, 0, some_pages(3)}, kv);
  const auto exact = [](float x) { return bf16_to_f32(f32_to_bf16(x)) == x; };
  EXPECT_EQ(std::ranges::all_of(hidden, exact), GetParam() == DType::bf16);
}

/// A text whose last rows are a second block's, if it is computed in one call.
class TwoBlocksTest : public ForwardTest {
 protected:
  static constexpr std::size_t kTokens = Forward::kBlockRows + 18;
  TwoBlocksTest() : ForwardTest(640, kTokens) {}
};

TEST_P(TwoBlocksTest, InOneCallOrInShorterOnesGiveTheReferencesBits) {
  const std::vector<float> expected = Reference(folder_.path(), GetParam()).logits(tokens_);
  const std::vector<std::vector<std::size_t>> ways = {{kTokens}, {9, kTokens - 9}, {kTokens - 30, 30}};
  for (const Isa isa : supported_isas()) {
    ThreadPool pool(2);
    Forward forward(*model_, isa, pool);
    for (const std::vector<std::size_t>& calls : ways) {
      if (isa == Isa::scalar && calls != ways.front()) continue;  // it takes as long as all others
      EXPECT_EQ(first_difference(expected, logits_in_calls(forward, calls, 16)), std::nullopt)
          << isa_name(isa) << ", first " << calls.front() << " rows";
    }
  }
}

const auto kBothTypes = testing::Values(DType::f32, DType::bf16);
const auto kTypeName = [](const auto& type) { return std::string(weight_dtype_name(type.param)); };
INSTANTIATE_TEST_SUITE_P(Types, ForwardTest, kBothTypes, kTypeName);
INSTANTIATE_TEST_SUITE_P(Types, TwoBlocksTest, kBothTypes, kTypeName);

TEST(ModelType, Float16IsWidenedAndNotComputedIn) {
  const ModelFolder folder([](RandomModel& model) { model.config.dtype = DType::f16; });
  EXPECT_THROW(Model(folder.path(), DType::f16), std::invalid_argument);
  EXPECT_THROW(Reference(folder.path(), DType::f16), std::invalid_argument);
  ModelConfig config = Model(folder.path(), DType::f32).config();
  EXPECT_EQ(natural_type(config), DType::f32);
  config.dtype = DType::bf16;
  EXPECT_EQ(natural_type(config), DType::bf16);
}

}  // namespace
}  // namespace radixlab
