// Chapter 00: the size of a KV cache, with seed 004's example as the golden case.
#include "00-baseline/kv_size.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "apps/random_model.hpp"
#include "llm/kv_pool.hpp"

namespace radixlab {
namespace {

using Sequences = std::vector<std::vector<TokenId>>;

const Sequences kSeed = {{1, 2, 3, 4, 5, 10, 11}, {1, 2, 3, 4, 5, 20, 21}, {1, 2, 3, 4, 5, 30, 31}};

ModelConfig shape(std::size_t layers, std::size_t kv_heads, std::size_t head_dim) {
  ModelConfig config;
  config.num_hidden_layers = layers;
  config.num_key_value_heads = kv_heads;
  config.head_dim = head_dim;
  return config;
}

// What the seed's program prints, letter for letter: 4 layers, 128 wide, float32, KB of 1,024 bytes.
TEST(KvSize, SeedsExampleOfThreeSequences) {
  const std::size_t token = kv_bytes_per_token(shape(4, 1, 128), DType::f32);
  const PagesNeeded tokens = pages_needed(kSeed, 1);
  const auto kb = [&](std::size_t n) { return static_cast<double>(n * token) / 1024; };
  EXPECT_EQ(fmt::format("{:.2f} KB", kb(tokens.apart)), "84.00 KB");
  EXPECT_EQ(fmt::format("{:.2f} KB", kb(tokens.shared)), "44.00 KB");
  EXPECT_EQ(fmt::format("{:.1f}%", (kb(tokens.apart) - kb(tokens.shared)) / kb(tokens.apart) * 100), "47.6%");
}

// S7: the seed's "~256 MB" for 1,000 tokens of Llama 7B is one of the two.
TEST(KvSize, CountsKeysAndValues) {
  const std::size_t bytes = 1000 * kv_bytes_per_token(shape(32, 32, 128), DType::f16);
  EXPECT_EQ(bytes, 524'288'000u);
  EXPECT_EQ(bytes / 2, 32u * 1000 * 4096 * 2);
}

TEST(KvSize, OfThePresets) {
  const std::tuple<const char*, std::size_t, std::size_t> expected[] = {
      {"tiny", 480, 240}, {"15m", 13'824, 6'912}, {"110m", 24'576, 12'288}, {"1b", 45'056, 22'528}};
  ASSERT_EQ(std::size(expected), preset_names().size());
  for (const auto& [name, f32, bf16] : expected) {
    EXPECT_EQ(kv_bytes_per_token(*preset_config(name), DType::f32), f32) << name;
    EXPECT_EQ(kv_bytes_per_token(*preset_config(name), DType::bf16), bf16) << name;
  }
}

// The pool of this repository: a head of 10 is laid out as 16, the others as they are.
TEST(KvSize, IsWhatThePoolTakes) {
  for (const std::string& name : preset_names()) {
    for (const DType type : {DType::f32, DType::bf16}) {
      const ModelConfig config = *preset_config(name);
      const std::size_t formula = 16 * kv_bytes_per_token(config, type);
      const std::size_t pool = KvPool::page_bytes(config, 16, type);
      if (name == "tiny") {
        EXPECT_GT(pool, formula);
      } else {
        EXPECT_EQ(pool, formula) << name;
      }
    }
  }
}

TEST(Sharing, WithAnyEarlierSequence) {
  const Sequences texts = {{7, 7, 3}, {9}, {7, 7, 3, 1}, {7, 7, 4}, {7, 7, 3, 1}, {}};
  EXPECT_EQ(shared_with_earlier(texts), (std::vector<std::size_t>{0, 0, 3, 2, 4, 0}));
  EXPECT_EQ(shared_with_earlier(Sequences{}), std::vector<std::size_t>{});
}

TEST(Sharing, OfWholePagesOnly) {
  const std::pair<std::size_t, PagesNeeded> expected[] = {
      {1, {21, 11}}, {3, {9, 7}}, {4, {6, 4}}, {5, {6, 4}}, {16, {3, 3}}};
  for (const auto& [page_size, pages] : expected) {
    EXPECT_EQ(pages_needed(kSeed, page_size).apart, pages.apart) << page_size;
    EXPECT_EQ(pages_needed(kSeed, page_size).shared, pages.shared) << page_size;
  }
  EXPECT_THROW(pages_needed(kSeed, 0), std::invalid_argument);
}

// Two equal texts: the last page is partly filled, so each needs its own.
TEST(Sharing, NeverOfAPartlyFilledPage) {
  const Sequences twins = {{1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}};
  EXPECT_EQ(pages_needed(twins, 4).shared, 3u);
  EXPECT_EQ(pages_needed(twins, 5).shared, 1u);
}

}  // namespace
}  // namespace radixlab
