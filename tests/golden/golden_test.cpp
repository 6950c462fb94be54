// Logits of transformers, committed beside small random Llama directories (make_golden.py made them), against ours.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <numeric>

#include "00-baseline/reference.hpp"
#include "llm/forward.hpp"
#include "testing/compare.hpp"

namespace radixlab {
namespace {

constexpr double kTolerance = 2e-4;  // of |a - b| / (1 + |b|): other sums, same model
constexpr std::size_t kPageSize = 4;

struct Golden {
  explicit Golden(const std::string& name) : folder(std::filesystem::path("tests/golden") / name) {
    std::ifstream file(folder / "tokens.txt");
    for (TokenId token = 0; file >> token;) tokens.push_back(token);
    const SafetensorsFile stored(folder / "logits.safetensors");
    const TensorView& view = stored.at("logits_0");
    rows = view.shape.at(0);
    vocab = view.shape.at(1);
    logits.resize(view.size());
    widen(view, 0, logits);
  }

  std::filesystem::path folder;
  std::vector<TokenId> tokens;
  std::vector<float> logits;  // [rows, vocab]
  std::size_t rows = 0, vocab = 0;
};

std::vector<float> paged_logits(const Model& model, Isa isa, std::span<const TokenId> tokens) {
  ThreadPool threads(2);
  Forward forward(model, isa, threads);
  std::vector<PageId> pages((tokens.size() + kPageSize - 1) / kPageSize);
  std::iota(pages.begin(), pages.end(), 0);
  KvPool kv(model.config(), pages.size(), kPageSize);
  std::vector<float> logits(tokens.size() * model.config().vocab_size);
  forward.logits(forward.run({tokens, 0, pages}, kv), logits);
  return logits;
}

/// The greedy choice is the same wherever rounding alone cannot change it. Returns the number of rows where it counts.
std::size_t compare_choices(const Golden& golden, std::span<const float> ours) {
  std::size_t clear = 0;
  for (std::size_t row = 0; row < golden.rows; ++row) {
    std::vector<float> theirs(golden.logits.begin() + row * golden.vocab,
                              golden.logits.begin() + (row + 1) * golden.vocab);
    const auto best = std::ranges::max_element(theirs) - theirs.begin();
    const auto mine = ours.subspan(row * golden.vocab, golden.vocab);
    std::ranges::nth_element(theirs, theirs.begin() + 1, std::greater{});
    if (theirs[0] - theirs[1] <= 2 * kTolerance * (1 + theirs[0])) continue;
    ++clear;
    EXPECT_EQ(std::ranges::max_element(mine) - mine.begin(), best) << "row " << row;
  }
  return clear;
}

class GoldenTest : public testing::TestWithParam<const char*> {};

TEST_P(GoldenTest, LogitsAreThoseOfTransformers) {
  const Golden golden(GetParam());
  const Model model(golden.folder);
  ASSERT_EQ(golden.rows, golden.tokens.size());
  ASSERT_EQ(golden.vocab, model.config().vocab_size);
  const std::vector<float> reference = Reference(golden.folder).logits(golden.tokens);
  EXPECT_LE(max_error(reference, golden.logits), kTolerance);
  EXPECT_GE(compare_choices(golden, reference), golden.rows / 2) << "rows whose best token is clear";
  for (const Isa isa : supported_isas())
    EXPECT_LE(max_error(paged_logits(model, isa, golden.tokens), golden.logits), kTolerance) << isa_name(isa);
  RecordProperty("max_error", std::to_string(max_error(reference, golden.logits)));
}

/// The bound means something: one other token at the start moves the last row far beyond it.
TEST_P(GoldenTest, TheBoundIsNarrow) {
  Golden golden(GetParam());
  golden.tokens[5] = golden.tokens[5] == 3 ? 4 : 3;
  const std::vector<float> other = Reference(golden.folder).logits(golden.tokens);
  EXPECT_GT(max_error(std::span(other).last(golden.vocab), std::span(golden.logits).last(golden.vocab)),
            50 * kTolerance);
}

INSTANTIATE_TEST_SUITE_P(Directories, GoldenTest, testing::Values("old-float32-gqa", "new-bfloat16-tied-sharded"),
                         [](const auto& directory) {
                           std::string name = directory.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace radixlab
