// Several sequences in one forward pass: every row and every place of the pool gets the bits that its sequence gives
// alone, and a batch with one wrong sequence changes nothing.
#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <numeric>
#include <random>

#include "llm/forward.hpp"
#include "testing/compare.hpp"
#include "testing/model_folder.hpp"
#include "testing/short_form.hpp"

namespace radixlab {
namespace {

/// The last `rows` tokens of a text are to be computed; what stands before them has its KV in the pages.
struct BatchRequest {
  std::vector<TokenId> text;
  std::size_t rows;
  std::vector<PageId> pages;

  std::size_t start() const { return text.size() - rows; }
  Sequence now() const { return {std::span(text).last(rows), start(), pages}; }
  Sequence past() const { return {std::span(text).first(start()), 0, pages}; }
};

class BatchTest : public testing::TestWithParam<DType> {
 protected:
  static constexpr std::size_t kCommon = 32;  // tokens that some texts share

  BatchTest() { model_ = std::make_unique<Model>(folder_.path(), GetParam()); }

  std::vector<TokenId> text(std::size_t length, std::size_t seed, bool common) const {
    std::vector<TokenId> tokens(length);
    for (std::size_t i = 0; i < length; ++i) {
      const std::size_t from = common && i < kCommon ? 1 : seed;
      tokens[i] = static_cast<TokenId>((i * i * 31 + i * from * 7 + from * 13) % model_->config().vocab_size);
    }
    return tokens;
  }

  /// Prompts, decode and chunks, 1,101 rows in all: the third is cut by the end of the first block of 512, the last by
  /// that of the second. Three share the whole pages of their common tokens.
  std::vector<BatchRequest> mixed(std::size_t page_size) const {
    struct {
      std::size_t length, rows;
      bool common;
    } constexpr kShapes[] = {{37, 37, false}, {37, 1, true}, {601, 601, false}, {41, 9, true},
                             {50, 1, true},   {1, 1, false}, {551, 451, false}};
    std::vector<PageId> shared(kCommon / page_size);
    std::iota(shared.begin(), shared.end(), 0);
    auto next = static_cast<PageId>(shared.size());
    std::vector<BatchRequest> requests;
    for (const auto& shape : kShapes) {
      BatchRequest r{text(shape.length, 2 + requests.size(), shape.common), shape.rows, {}};
      if (shape.common) r.pages = shared;
      while (r.pages.size() * page_size < shape.length) r.pages.push_back(next++);
      requests.push_back(std::move(r));
    }
    std::vector<PageId> places(next);  // in the pool pages lie in no order
    std::iota(places.begin(), places.end(), 0);
    std::ranges::shuffle(places, std::mt19937(5));
    for (BatchRequest& r : requests)
      for (PageId& page : r.pages) page = places[page];
    return requests;
  }

  KvPool pool_with_past(Forward& forward, const std::vector<BatchRequest>& requests, std::size_t page_size) const {
    std::size_t pages = 0;
    for (const BatchRequest& r : requests) pages += r.pages.size();
    KvPool kv(model_->config(), pages, page_size, GetParam());
    for (PageId page = 0; page < pages; ++page) kv.poison(page);
    for (const BatchRequest& r : requests)
      if (r.start() > 0) forward.run(r.past(), kv);
    return kv;
  }

  static std::vector<std::byte> bytes(KvPool& kv) {
    std::vector<std::byte> all;
    in_type(kv.type(), [&]<class T>() {
      for (std::size_t i = 0; i < kv.num_layers(); ++i) {
        const auto layer = std::as_bytes(std::span(kv.layer<T>(i).base, kv.num_pages() * kv.layer<T>(i).page_stride));
        all.insert(all.end(), layer.begin(), layer.end());
      }
    });
    return all;
  }

  /// Hidden states of a call, and behind them its logits.
  std::vector<float> told(Forward& forward, std::span<const Sequence> batch, KvPool& kv) const {
    const auto hidden = forward.run(batch, kv);
    std::vector<float> all(hidden.begin(), hidden.end());
    const std::size_t rows = hidden.size() / model_->config().hidden_size;
    all.resize(all.size() + rows * model_->config().vocab_size);
    forward.logits(hidden, std::span(all).subspan(hidden.size()));
    return all;
  }

  void expect_as_alone(Forward& forward, const std::vector<BatchRequest>& requests, std::size_t page_size) const;

  const ModelFolder folder_{[](RandomModel& model) {
    model.config.max_position_embeddings = 640;
    model.seed = 11;
  }};
  std::unique_ptr<Model> model_;
};

void BatchTest::expect_as_alone(Forward& forward, const std::vector<BatchRequest>& requests,
                                std::size_t page_size) const {
  KvPool together = pool_with_past(forward, requests, page_size), alone = pool_with_past(forward, requests, page_size);
  std::vector<Sequence> batch;
  for (const BatchRequest& r : requests) batch.push_back(r.now());
  const std::size_t before = forward.tokens_computed(), hidden_size = model_->config().hidden_size;
  const std::vector<float> all = told(forward, batch, together);
  const std::size_t rows = forward.tokens_computed() - before;
  std::size_t row = 0;
  for (const Sequence& s : batch) {
    const std::vector<float> expected = told(forward, std::span(&s, 1), alone);
    const std::size_t n = s.tokens.size(), vocab = model_->config().vocab_size;
    const auto hidden = std::span(all).subspan(row * hidden_size, n * hidden_size);
    const auto logits = std::span(all).subspan(rows * hidden_size + row * vocab, n * vocab);
    EXPECT_FALSE(first_difference(std::span(expected).first(n * hidden_size), hidden)) << "from row " << row;
    EXPECT_FALSE(first_difference(std::span(expected).subspan(n * hidden_size), logits)) << "from row " << row;
    row += n;
  }
  EXPECT_EQ(row, rows);
  EXPECT_TRUE(bytes(together) == bytes(alone)) << "the pool differs";
}

TEST_P(BatchTest, IsEachSequenceAlone) {
  for (const Isa isa : supported_isas()) {
    for (const std::size_t threads : {1, 2}) {
      ThreadPool pool(threads);
      Forward forward(*model_, isa, pool);
      for (const std::size_t page_size : sizes({1, 3, 16}, {3})) {
        if (isa == Isa::scalar && (page_size != 3 || threads != 1)) continue;  // it takes as long as all others
        SCOPED_TRACE(std::string(isa_name(isa)) + ", " + std::to_string(threads) + " threads, pages of " +
                     std::to_string(page_size));
        expect_as_alone(forward, mixed(page_size), page_size);
      }
    }
  }
}

TEST_P(BatchTest, InAnotherOrderIsTheSame) {
  ThreadPool pool(1);
  Forward forward(*model_, best_isa(), pool);
  std::vector<BatchRequest> requests = mixed(16);
  std::ranges::reverse(requests);
  expect_as_alone(forward, requests, 16);
}

TEST_P(BatchTest, WithOneWrongSequenceNamesItAndChangesNothing) {
  ThreadPool pool(1);
  Forward forward(*model_, best_isa(), pool);
  const std::vector<BatchRequest> requests = mixed(16);
  KvPool kv = pool_with_past(forward, requests, 16);
  KvPool other(model_->config(), 1, 16, GetParam() == DType::f32 ? DType::bf16 : DType::f32);
  const std::vector<std::byte> before = bytes(kv);
  const std::size_t computed = forward.tokens_computed();
  const auto refused = [&](const Sequence& wrong, KvPool& pages) -> std::string {
    try {
      forward.run(std::vector<Sequence>{requests[0].now(), requests[1].now(), wrong}, pages);
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
    return "not refused";
  };
  const Sequence good = requests[3].now();
  const std::vector<TokenId> unknown = {1, static_cast<TokenId>(model_->config().vocab_size)}, one = {1};
  const std::vector<PageId> beyond(40, static_cast<PageId>(kv.num_pages()));
  const std::string third = "sequence 2 of the batch: ";
  EXPECT_EQ(refused({good.tokens, 640, good.pages}, kv),
            third + "forward: position 648 is beyond max_position_embeddings 640");
  EXPECT_EQ(refused({one, ~std::size_t{0}, good.pages}, kv).find(third + "forward: position "), 0u);
  EXPECT_EQ(refused({good.tokens, 32, good.pages.first(2)}, kv),
            third + "forward: 41 tokens need more than 2 pages of 16");
  EXPECT_EQ(refused({good.tokens, 32, beyond}, kv).find(third + "forward: page "), 0u);
  EXPECT_EQ(refused({unknown, 32, good.pages}, kv).find(third), 0u);
  EXPECT_EQ(refused({{}, 32, good.pages}, kv), third + "forward: a sequence needs at least one token");
  EXPECT_NE(refused(good, other).find("another type"), std::string::npos);
  EXPECT_THROW(forward.run(std::span<const Sequence>(), kv), std::invalid_argument);
  EXPECT_TRUE(bytes(kv) == before);
  EXPECT_EQ(forward.tokens_computed(), computed);
  EXPECT_EQ(refused(good, kv), "not refused");  // it was the wrong ones' fault
}

// Sharing what is read is the normal case: mixed() does it. What one writes may be neither written nor read by others.
TEST_P(BatchTest, RefusesAPageThatOneWritesAndAnotherUses) {
  ThreadPool pool(1);
  Forward forward(*model_, best_isa(), pool);
  KvPool kv(model_->config(), 8, 4, GetParam());
  for (PageId page = 0; page < 8; ++page) kv.poison(page);
  const std::vector<TokenId> tokens = text(12, 2, false);
  const std::vector<PageId> first = {0, 1, 2}, same_tail = {3, 4, 2}, reads_tail = {3, 2, 5}, ahead = {6, 7, 2};
  const std::vector<std::byte> before = bytes(kv);
  const auto refused = [&](std::size_t rows, const std::vector<PageId>& pages, std::size_t end) -> std::string {
    const std::vector<Sequence> batch = {{std::span(tokens).last(3), 9, first},
                                         {std::span(tokens).subspan(end - rows, rows), end - rows, pages}};
    try {
      forward.run(batch, kv);
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
    return "not refused";
  };
  const std::string expected = "forward: sequence 0 of the batch writes page 2, which sequence 1 uses too";
  EXPECT_EQ(refused(1, same_tail, 12), expected);
  EXPECT_EQ(refused(12, same_tail, 12), expected);
  EXPECT_EQ(refused(1, reads_tail, 9), expected);
  EXPECT_TRUE(bytes(kv) == before);
  EXPECT_EQ(refused(1, ahead, 8), "not refused");  // a page of the table that nothing reaches yet
}

INSTANTIATE_TEST_SUITE_P(Types, BatchTest, testing::Values(DType::f32, DType::bf16),
                         [](const auto& type) { return std::string(weight_dtype_name(type.param)); });

}  // namespace
}  // namespace radixlab
