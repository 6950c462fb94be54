// What every device promises, on the CPU: batches, copies that overlap, poison, numbers and memory.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <random>

#include "00-baseline/reference.hpp"
#include "llm/cpu_device.hpp"
#include "testing/compare.hpp"
#include "testing/model_folder.hpp"

namespace radixlab {
namespace {

using Tokens = std::vector<TokenId>;
using Pages = std::vector<PageId>;

class DeviceTest : public testing::TestWithParam<DType> {
 protected:
  DeviceTest() {
    model_.emplace(folder_.path(), GetParam());
    device_.emplace(*model_, best_isa(), threads_);
    device_->make_pool(kPages, kPageSize);
    device_->reserve(48, 64);
  }

  Tokens text(std::size_t length, std::size_t seed) const {
    Tokens tokens(length);
    for (std::size_t i = 0; i < length; ++i)
      tokens[i] = static_cast<TokenId>((i * i * 31 + seed) % model_->config().vocab_size);
    return tokens;
  }

  template <class Visit>
  void each_place(PageId page, Visit visit) {
    const ModelConfig& c = model_->config();
    for (KvPlace at{.page = page}; at.layer < c.num_hidden_layers; ++at.layer)
      for (at.kv_head = 0; at.kv_head < c.num_key_value_heads; ++at.kv_head)
        for (at.place = 0; at.place < kPageSize; ++at.place)
          for (at.d = 0; at.d < c.head_dim; ++at.d) visit(at);
  }
  // Whole numbers below 256: exact in bfloat16 too. The page's own number and the place's can be told from them.
  static float number(const KvPlace& at, bool value) {
    return static_cast<float>((at.page * 31 + at.place * 7 + at.layer * 97 + at.kv_head * 41 + at.d * 3 + value) % 251);
  }
  void fill_all() {
    for (PageId page = 0; page < kPages; ++page)
      each_place(page, [&](const KvPlace& at) {
        device_->set_key(at, number(at, false));
        device_->set_value(at, number(at, true));
      });
  }

  static std::string refusal_by(Device& device, const Sequence& sequence, const Asked& asked = {}) {
    try {
      device.run(sequence, asked);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "not refused";
  }
  std::string refusal(const Sequence& sequence, const Asked& asked = {}) {
    return refusal_by(*device_, sequence, asked);
  }

  static constexpr std::size_t kPages = 12, kPageSize = 5;
  const ModelFolder folder_{[](RandomModel& model) {
    model.config.max_position_embeddings = 64;
    model.seed = 7;
  }};
  ThreadPool threads_{1};
  std::optional<Model> model_;
  std::optional<CpuDevice> device_;
};

TEST_P(DeviceTest, ABatchGivesTheReferencesBitsInTheRowsThatAreAsked) {
  const Reference reference(folder_.path(), GetParam());
  const std::size_t vocab = model_->config().vocab_size, width = model_->config().hidden_size;
  const Tokens a = text(13, 1), b = text(9, 5);
  const Pages of_a = {7, 2, 9}, of_b = {0, 4};
  device_->run({std::span(a).first(10), 0, of_a}, {});
  const Sequence batch[] = {{std::span(a).last(3), 10, of_a}, {b, 0, of_b}};
  const std::size_t rows[] = {11, 0, 2, 3};  // b's last, a's first and last here, b's first
  std::vector<float> logits(std::size(rows) * vocab), hidden(12 * width), head(12 * vocab);
  device_->run(batch, {.rows = rows, .logits = logits, .hidden = hidden});
  const std::vector<float> as = reference.logits(a), bs = reference.logits(b);
  const auto row_of = [&](std::span<const float> all, std::size_t row) { return all.subspan(row * vocab, vocab); };
  EXPECT_FALSE(first_difference(row_of(logits, 0), row_of(bs, 8)));
  EXPECT_FALSE(first_difference(row_of(logits, 1), row_of(as, 10)));
  EXPECT_FALSE(first_difference(row_of(logits, 2), row_of(as, 12)));
  EXPECT_FALSE(first_difference(row_of(logits, 3), row_of(bs, 0)));
  device_->logits(hidden, head);
  EXPECT_FALSE(first_difference(std::span(head).first(3 * vocab), std::span(as).last(3 * vocab)));
  EXPECT_FALSE(first_difference(std::span(head).last(9 * vocab), bs));
  EXPECT_EQ(device_->tokens_computed(), 22u);
}

TEST_P(DeviceTest, TheHeadTakesMoreRowsThanAreReserved) {
  const std::size_t vocab = model_->config().vocab_size, width = model_->config().hidden_size, rows = 1100;
  const Tokens tokens = text(5, 3);
  std::vector<float> one(5 * width), many, logits(rows * vocab), five(5 * vocab);
  device_->run({tokens, 0, Pages{3}}, {.hidden = one});
  while (many.size() < rows * width) many.insert(many.end(), one.begin(), one.end());
  device_->logits(many, logits);
  device_->logits(one, five);
  for (std::size_t row = 0; row < rows; row += 5)
    ASSERT_FALSE(first_difference(std::span(logits).subspan(row * vocab, 5 * vocab), five)) << row;
}

TEST_P(DeviceTest, RefusesWhatDoesNotFitAndWritesNothing) {
  fill_all();
  const std::size_t vocab = model_->config().vocab_size, width = model_->config().hidden_size;
  const Pages some = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, beyond = {0, kPages};
  const Tokens tokens = text(20, 2), unknown = {1, static_cast<TokenId>(vocab)}, negative = {-1};
  std::vector<float> logits(2 * vocab), hidden(20 * width);
  const std::size_t last = 19, behind = 20;
  EXPECT_EQ(refusal({{}, 0, some}), "device: a sequence has at least one token");
  EXPECT_EQ(refusal({tokens, 45, some}), "device: 65 positions are beyond max_position_embeddings 64");
  EXPECT_EQ(refusal({tokens, 0, std::span(some).first(3)}), "device: 20 tokens need more than 3 pages of 5");
  EXPECT_EQ(refusal({std::span(tokens).first(6), 0, beyond}), "device: page 12 is none of the pool's 12");
  EXPECT_NE(refusal({unknown, 0, some}).find("not in the vocabulary"), std::string::npos);
  EXPECT_NE(refusal({negative, 0, some}).find("not in the vocabulary"), std::string::npos);
  EXPECT_EQ(refusal({tokens, 0, some}, {.rows = {&behind, 1}, .logits = std::span(logits).first(vocab)}),
            "device: row 20 is asked of a batch of 20");
  EXPECT_EQ(refusal({tokens, 0, some}, {.rows = {&last, 1}, .logits = logits}),
            "device: logits are [asked rows, vocab_size]");
  EXPECT_EQ(refusal({tokens, 0, some}, {.hidden = std::span(hidden).first(width)}),
            "device: hidden is [rows of the batch, hidden_size], or empty");
  const Sequence second_is_bad[] = {{std::span(tokens).first(4), 0, std::span(some).first(1)}, {unknown, 0, some}};
  EXPECT_THROW(device_->run(second_is_bad, {}), std::invalid_argument);
  EXPECT_THROW(device_->logits(hidden, logits), std::invalid_argument);
  for (PageId page = 0; page < kPages; ++page)
    each_place(page, [&](const KvPlace& at) { ASSERT_EQ(device_->key(at), number(at, false)); });
  EXPECT_EQ(device_->tokens_computed(), 0u);
}

// Against what "as if every source were read before any target is written" says: chains, rings, forks, all at random.
TEST_P(DeviceTest, CopiesThatOverlapAreMadeAllAtOnce) {
  std::mt19937 random(42);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::size_t overlaps = 0, tokens = 0;
  for (int list = 0; list < 60; ++list) {
    fill_all();
    Pages targets(kPages);
    std::iota(targets.begin(), targets.end(), 0);
    std::ranges::shuffle(targets, random);
    targets.resize(1 + below(kPages));
    std::vector<PageCopy> copies;
    for (const PageId to : targets) copies.push_back({static_cast<PageId>(below(kPages)), to, below(kPageSize + 1)});
    if (list % 3 == 0)  // a ring of them all
      for (std::size_t i = 0; i < copies.size(); ++i) copies[i].from = targets[(i + 1) % targets.size()];
    std::vector<PageCopy> into(kPages);
    for (PageId page = 0; page < kPages; ++page) into[page] = {page, page, 0};
    for (const PageCopy& copy : copies) {
      into[copy.to] = copy;
      tokens += copy.tokens;
      overlaps += copy.from != copy.to && std::ranges::count(targets, copy.from) > 0;
    }
    device_->copy_pages(copies);
    for (PageId page = 0; page < kPages; ++page)
      each_place(page, [&](const KvPlace& at) {
        KvPlace source = at;
        source.page = at.place < into[page].tokens ? into[page].from : page;
        ASSERT_EQ(device_->key(at), number(source, false)) << "list " << list << ", page " << page;
        ASSERT_EQ(device_->value(at), number(source, true)) << "list " << list << ", page " << page;
      });
  }
  EXPECT_GE(overlaps, 150u);
  EXPECT_EQ(device_->tokens_copied(), tokens);
}

TEST_P(DeviceTest, RefusesCopiesThatSayTwoThings) {
  fill_all();
  const auto refused = [&](std::vector<PageCopy> copies) {
    EXPECT_THROW(device_->copy_pages(copies), std::invalid_argument);
  };
  refused({{0, 2, 3}, {1, 2, 1}});
  refused({{0, 1, 1}, {2, kPages, 1}});
  refused({{0, 1, 1}, {kPages, 2, 1}});
  refused({{0, 1, kPageSize + 1}});
  EXPECT_THROW(device_->copy_kv(0, kPages, 1), std::invalid_argument);
  each_place(1, [&](const KvPlace& at) { ASSERT_EQ(device_->key(at), number(at, false)); });
  device_->copy_kv(0, 1, 2);
  device_->copy_pages({});
  EXPECT_EQ(device_->tokens_copied(), 2u);
}

TEST_P(DeviceTest, CopiedPlacesServeAsWellAsComputedOnes) {
  const std::size_t vocab = model_->config().vocab_size, last = 0;
  const Tokens tokens = text(14, 4);
  const std::vector<float> expected = Reference(folder_.path(), GetParam()).logits(tokens);
  const Pages computed = {0, 1, 2}, copied = {0, 5, 6};
  device_->run({std::span(tokens).first(13), 0, computed}, {});
  device_->poison(Pages{5, 6});
  device_->copy_pages(std::vector<PageCopy>{{1, 5, 5}, {2, 6, 3}});
  std::vector<float> logits(vocab);
  device_->run({std::span(tokens).last(1), 13, copied}, {.rows = {&last, 1}, .logits = logits});
  EXPECT_FALSE(first_difference(std::span(expected).last(vocab), logits));
}

TEST_P(DeviceTest, PoisonIsNanInThosePagesAloneAndReachesWhoReadsIt) {
  fill_all();
  device_->poison(Pages{1, 4});
  for (PageId page = 0; page < kPages; ++page)
    each_place(page, [&](const KvPlace& at) {
      if (page == 1 || page == 4)
        ASSERT_TRUE(std::isnan(device_->key(at)) && std::isnan(device_->value(at))) << page;
      else
        ASSERT_TRUE(device_->key(at) == number(at, false) && device_->value(at) == number(at, true)) << page;
    });
  std::vector<float> logits(model_->config().vocab_size);
  const std::size_t last = 0;
  device_->run({Tokens{9}, 5, Pages{4, 3}}, {.rows = {&last, 1}, .logits = logits});
  EXPECT_TRUE(std::ranges::all_of(logits, [](float x) { return std::isnan(x); }));
  EXPECT_THROW(device_->poison(Pages{kPages}), std::invalid_argument);
}

TEST_P(DeviceTest, SingleNumbersAreRoundedToItsType) {
  const KvPlace at{.layer = 1, .page = 3, .kv_head = 0, .place = 4, .d = 2};
  device_->set_key(at, 1.00390625f);  // 1 + 2^-8: between two numbers of bfloat16, of which 1 is the even one
  EXPECT_EQ(device_->key(at), GetParam() == DType::f32 ? 1.00390625f : 1.0f);
  EXPECT_EQ(device_->type(), GetParam());
  const ModelConfig& c = model_->config();
  for (const KvPlace& beyond :
       {KvPlace{.layer = c.num_hidden_layers}, KvPlace{.page = kPages}, KvPlace{.kv_head = c.num_key_value_heads},
        KvPlace{.place = kPageSize}, KvPlace{.d = c.head_dim}}) {
    EXPECT_THROW(device_->key(beyond), std::out_of_range);
    EXPECT_THROW(device_->value(beyond), std::out_of_range);
    EXPECT_THROW(device_->set_key(beyond, 1), std::out_of_range);
    EXPECT_THROW(device_->set_value(beyond, 1), std::out_of_range);
  }
  CpuDevice without_pool(*model_, best_isa(), threads_);
  EXPECT_THROW(without_pool.key({}), std::out_of_range);
  EXPECT_THROW(without_pool.run({Tokens{1}, 0, Pages{0}}, {}), std::invalid_argument);
  EXPECT_EQ(without_pool.num_pages(), 0u);
}

TEST_P(DeviceTest, ScratchIsTakenOffTheFreeMemoryAndBoundsABatch) {
  CpuDevice device(*model_, best_isa(), threads_);
  const std::size_t all = device.free_bytes();
  device.make_pool(8, 8);
  EXPECT_EQ(device.free_bytes(), all) << "a pool that is there is no loss: the next one comes in its place";
  device.reserve(8, 16);
  const std::size_t left = device.free_bytes();
  EXPECT_LT(left, all);
  EXPECT_GT(left, all - (std::size_t{256} << 20)) << "a model of 64 positions";
  device.reserve(4, 12);
  EXPECT_EQ(device.free_bytes(), left) << "there was room for less already";
  EXPECT_EQ(device.reserved(), (Reserved{8, 16}));
  const Tokens tokens = text(17, 6);
  const Pages pages = {0, 1, 2};
  device.run({std::span(tokens).first(8), 8, pages}, {});
  EXPECT_EQ(refusal_by(device, {std::span(tokens).first(9), 0, pages}),
            "device: a batch of 9 rows, but reserve() made room for 8");
  EXPECT_EQ(refusal_by(device, {std::span(tokens).first(1), 16, pages}),
            "device: 17 positions, but reserve() made room for 16");
  device.reserve(9, 16);
  device.reserve(1, 17);  // by positions alone
  EXPECT_EQ(device.reserved(), (Reserved{9, 17}));
  EXPECT_LT(device.free_bytes(), left);
  device.run({std::span(tokens).first(9), 8, pages}, {});
}

TEST_P(DeviceTest, RefusesMoreThanTheMemoryThatIsFree) {
  fill_all();
  const std::size_t free = device_->free_bytes(), page = device_->page_bytes(16);
  EXPECT_THROW(device_->make_pool(free / page + 1, 16), std::invalid_argument);
  EXPECT_THROW(device_->make_pool(std::size_t{1} << 62, 16), std::invalid_argument);
  EXPECT_THROW(device_->make_pool(0, 16), std::invalid_argument);
  EXPECT_THROW(device_->make_pool(1, 0), std::invalid_argument);
  EXPECT_THROW(device_->reserve(free / sizeof(float), 64), std::invalid_argument);
  EXPECT_EQ(device_->free_bytes(), free);
  EXPECT_EQ(device_->reserved(), (Reserved{48, 64}));
  EXPECT_EQ(device_->num_pages(), kPages);
  each_place(3, [&](const KvPlace& at) { ASSERT_EQ(device_->key(at), number(at, false)) << "the old pool is there"; });
}

TEST_P(DeviceTest, APoolOfOtherPagesServesTheSameWeights) {
  const Tokens tokens = text(11, 8);
  const std::vector<float> expected = Reference(folder_.path(), GetParam()).logits(tokens);
  const std::size_t vocab = model_->config().vocab_size, last = 10;
  for (const std::size_t page_size : {1, 3, 16}) {
    device_->make_pool(11, page_size);
    EXPECT_EQ(device_->page_size(), page_size);
    std::vector<float> logits(vocab);
    Pages pages(11);
    std::iota(pages.rbegin(), pages.rend(), 0);
    device_->run({tokens, 0, pages}, {.rows = {&last, 1}, .logits = logits});
    EXPECT_FALSE(first_difference(std::span(expected).last(vocab), logits)) << page_size;
  }
}

INSTANTIATE_TEST_SUITE_P(Types, DeviceTest, testing::Values(DType::f32, DType::bf16),
                         [](const auto& type) { return std::string(weight_dtype_name(type.param)); });

}  // namespace
}  // namespace radixlab
