// What transformers computes, committed beside small random Llama directories (make_golden.py made them), against ours.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <numeric>

#include "00-baseline/reference.hpp"
#include "io/mapped_file.hpp"
#include "llm/forward.hpp"
#include "testing/compare.hpp"
#include "testing/temporary_folder.hpp"

namespace radixlab {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr double kTolerance = 2e-4;  // of |a - b| / (1 + |b|): other sums, same model
constexpr std::size_t kPageSize = 4;

// In bfloat16 transformers is no yardstick but a measure: how far its own logits are from its float32 ones. Ours keep
// more in float32 (attention weights, angles, logits), so they are nearer: 0.6 to 0.7 times as far was seen.
constexpr double kBFloat16Times = 1.0;

std::vector<TokenId> read_tokens(const fs::path& path) {
  std::ifstream file(path);
  std::vector<TokenId> tokens;
  for (TokenId token = 0; file >> token;) tokens.push_back(token);
  return tokens;
}

struct Golden {
  explicit Golden(const std::string& name)
      : folder(fs::path("tests/golden") / name),
        tokens(read_tokens(folder / "tokens.txt")),
        greedy(read_tokens(folder / "greedy.txt")) {
    const SafetensorsFile stored(folder / "logits.safetensors");
    const TensorView& view = stored.at("logits_0");
    rows = view.shape.at(0);
    vocab = view.shape.at(1);
    logits.resize(view.size());
    widen(view, 0, logits);
    if (const TensorView* rounded = stored.find("bfloat16_0")) {
      bfloat16.resize(rounded->size());
      widen(*rounded, 0, bfloat16);
    }
  }

  fs::path folder;
  std::vector<TokenId> tokens, greedy;
  std::vector<float> logits, bfloat16;  // [rows, vocab] in float32 and, of some, as computed in bfloat16
  std::size_t rows = 0, vocab = 0;
};

std::vector<float> paged_logits(const Model& model, Isa isa, std::span<const TokenId> tokens) {
  ThreadPool threads(2);
  Forward forward(model, isa, threads);
  std::vector<PageId> pages((tokens.size() + kPageSize - 1) / kPageSize);
  std::iota(pages.begin(), pages.end(), 0);
  KvPool kv(model.config(), pages.size(), kPageSize, model.type());
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

std::vector<TokenId> continued(const Reference& reference, std::vector<TokenId> tokens, std::size_t most) {
  const std::size_t prompt = tokens.size();
  const std::vector<std::int32_t>& stops = reference.config().eos_token_ids;
  while (tokens.size() < prompt + most) {
    const std::vector<float> logits = reference.logits(tokens);
    const auto last = std::span(logits).last(reference.config().vocab_size);
    tokens.push_back(static_cast<TokenId>(std::ranges::max_element(last) - last.begin()));
    if (std::ranges::count(stops, tokens.back())) break;
  }
  return {tokens.begin() + static_cast<std::ptrdiff_t>(prompt), tokens.end()};
}

/// sqrt(mean((a - b)^2)); NaN if anything is NaN.
double distance(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
  return std::sqrt(sum / static_cast<double>(a.size()));
}

class GoldenTest : public testing::TestWithParam<const char*> {};

TEST_P(GoldenTest, LogitsAreThoseOfTransformers) {
  const Golden golden(GetParam());
  const Model model(golden.folder, DType::f32);
  ASSERT_EQ(golden.rows, golden.tokens.size());
  ASSERT_EQ(golden.vocab, model.config().vocab_size);
  const std::vector<float> reference = Reference(golden.folder, DType::f32).logits(golden.tokens);
  EXPECT_LE(max_error(reference, golden.logits), kTolerance);
  EXPECT_GE(compare_choices(golden, reference), golden.rows / 2) << "rows whose best token is clear";
  for (const Isa isa : supported_isas())
    EXPECT_LE(max_error(paged_logits(model, isa, golden.tokens), golden.logits), kTolerance) << isa_name(isa);
  RecordProperty("max_error", std::to_string(max_error(reference, golden.logits)));
}

TEST_P(GoldenTest, GoesOnAsTransformersDoesUpToTheSameStop) {
  const Golden golden(GetParam());
  ASSERT_GE(golden.greedy.size(), 3);
  EXPECT_EQ(continued(Reference(golden.folder, DType::f32), golden.tokens, 12), golden.greedy);
}

class BFloat16GoldenTest : public GoldenTest {};

TEST_P(BFloat16GoldenTest, IsNoFartherOffThanTransformers) {
  const Golden golden(GetParam());
  ASSERT_EQ(golden.bfloat16.size(), golden.logits.size());
  const double theirs = distance(golden.bfloat16, golden.logits);
  const std::vector<float> ours = Reference(golden.folder, DType::bf16).logits(golden.tokens);
  ASSERT_EQ(ours.size(), golden.logits.size());
  EXPECT_LE(distance(ours, golden.logits), kBFloat16Times * theirs);
  EXPECT_GT(distance(ours, golden.logits), theirs / 10) << "this was not computed in bfloat16";
  const Model model(golden.folder, DType::bf16);
  for (const Isa isa : supported_isas())
    EXPECT_EQ(first_difference(paged_logits(model, isa, golden.tokens), ours), std::nullopt) << isa_name(isa);
  RecordProperty("share", std::to_string(distance(ours, golden.logits) / theirs));
}

/// The bound means something: one other token at the start moves the last row far beyond it.
TEST_P(GoldenTest, TheBoundIsNarrow) {
  Golden golden(GetParam());
  golden.tokens[5] = golden.tokens[5] == 3 ? 4 : 3;
  const std::vector<float> other = Reference(golden.folder, DType::f32).logits(golden.tokens);
  EXPECT_GT(max_error(std::span(other).last(golden.vocab), std::span(golden.logits).last(golden.vocab)),
            50 * kTolerance);
}

/// So does every number of the rotary embedding: a reader that overlooks one of them is found out.
TEST_P(GoldenTest, EachRotaryNumberMatters) {
  const Golden golden(GetParam());
  const Json config = Json::parse(MappedFile(golden.folder / "config.json").text());
  const char* const keys = config.contains("rope_parameters") ? "rope_parameters" : "rope_scaling";
  const auto error_with = [&](const Json& changed) {
    const TemporaryFolder folder;
    for (const auto& file : fs::directory_iterator(golden.folder))
      if (file.path().string().find("model") != std::string::npos) fs::copy(file.path(), folder.path());
    std::ofstream(folder.path() / "config.json") << changed;
    return max_error(Reference(folder.path(), DType::f32).logits(golden.tokens), golden.logits);
  };
  EXPECT_LE(error_with(config), kTolerance) << "the copy alone changes nothing";
  std::size_t numbers = 0;
  for (const char* key :
       {"rope_theta", "factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"}) {
    Json changed = config;
    for (Json* const place : {&changed, &changed[keys]})
      if (place->contains(key))
        (*place)[key] = (*place)[key].is_number_float() ? Json((*place)[key].get<double>() * 1.5)
                                                        : Json((*place)[key].get<int>() / 2);
    if (changed == config) continue;
    ++numbers;
    EXPECT_GT(error_with(changed), 50 * kTolerance) << key;
  }
  const RopeScaling::Type type = read_model_config(golden.folder).rope_scaling.type;
  EXPECT_EQ(numbers, type == RopeScaling::Type::none ? 1 : type == RopeScaling::Type::linear ? 2 : 5);
}

std::string test_name(const testing::TestParamInfo<const char*>& directory) {
  std::string name = directory.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Directories, GoldenTest,
                         testing::Values("old-float32-gqa", "new-bfloat16-tied-sharded", "old-float16-linear",
                                         "new-float16-linear-sharded", "old-bfloat16-llama3",
                                         "new-bfloat16-llama3-tied"),
                         test_name);

INSTANTIATE_TEST_SUITE_P(Directories, BFloat16GoldenTest,
                         testing::Values("new-bfloat16-tied-sharded", "old-bfloat16-llama3",
                                         "new-bfloat16-llama3-tied"),
                         test_name);

}  // namespace
}  // namespace radixlab
