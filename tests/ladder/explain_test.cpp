// The first wrong bit explains itself: each fault of the ladder, and what is said of it.
#include <algorithm>
#include <gmock/gmock.h>
#include <numeric>
#include <sstream>

#include "apps/first_wrong_bit.hpp"
#include "cell.hpp"
#include "ladder.hpp"
#include "models.hpp"
#include "testing/model_folder.hpp"
#include "testing/temporary_folder.hpp"

namespace radixlab {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Explain : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    write_ladder_model("group1", *folder_ / "model");
    model_ = std::make_unique<Model>(*folder_ / "model", DType::f32);
  }
  static void TearDownTestSuite() {
    model_.reset();
    folder_.reset();
  }

  /// The row, over pages of which the one that was given back last is taken first: soon enough to be written anew.
  static const Stage& radix() {
    static const Stage row = [] {
      Stage stage = *std::ranges::find(kLadder, std::string_view("radix"), &Stage::name);
      stage.make = [](const CacheOptions& o) {
        return with_free_list<RadixCacheManager>(o, RadixOptions{o.page_size});
      };
      return stage;
    }();
    return row;
  }

  /// Pages of 8 tokens: request 0 is a document of 25, requests 1-3 its first 15, 16 and 17 tokens.
  static CellResult run(Fault fault, std::size_t chunk = 0, const Stage& stage = radix()) {
    return run_cell(*model_, {"group1", DType::f32, 8, 1, Isa::scalar, chunk}, stage, fault, true);
  }

  static std::unique_ptr<TemporaryFolder> folder_;
  static std::unique_ptr<Model> model_;
};
std::unique_ptr<TemporaryFolder> Explain::folder_;
std::unique_ptr<Model> Explain::model_;

constexpr const char* kSwappedPages =
    "  read         page 1 for token 0 (place 0)\n  read by      call 14: forward of request 3, position 16\n"
    "  should hold  request 3, tokens 0..7 (salt 0): 6 95 95 90 26 68 37 18\n"
    "  holds        request 0, tokens 8..15 (salt 0): 86 37 39 17 60 57 7 50\n"
    "  put there    by call 1: forward of request 0, positions 0..24\n"
    "  first seen   in the output of layer 0, at position 16\n";

TEST_F(Explain, PagesSwappedOnPurpose) { EXPECT_EQ(run(Fault::page).explanation, kSwappedPages); }

TEST_F(Explain, PagesAtASeam) { EXPECT_EQ(run(Fault::split).explanation, kSwappedPages) << "the same two pages"; }

TEST_F(Explain, AStretchThatSeveralCallsWroteIsToldWhole) {
  EXPECT_EQ(run(Fault::page, 7).explanation,
            "  read         page 1 for token 0 (place 0)\n  read by      call 18: forward of request 3, position 16\n"
            "  should hold  request 3, tokens 0..7 (salt 0): 6 95 95 90 26 68 37 18\n"
            "  holds        request 0, tokens 8..15 (salt 0): 86 37 39 17 60 57 7 50\n"
            "  put there    by call 2: forward of request 0, positions 7..13\n"
            "  first seen   in the output of layer 0, at position 16\n");
}

TEST_F(Explain, APageThatIsFree) {
  EXPECT_EQ(
      run(Fault::stale).explanation,
      "  read         page 0 for token 0 (place 0)\n  read by      call 61: forward of request 11, positions 8..24\n"
      "  should hold  request 11, tokens 0..7 (salt 0): 6 95 95 90 26 68 37 18\n"
      "  held         request 10, tokens 24..27 (salt 0): 44 74 2 10\n"
      "  no longer    by call 60: page 0 freed\n"
      "  first seen   in the output of layer 0, at position 8\n");
}

TEST_F(Explain, APageThatWasWrittenAnew) {
  EXPECT_EQ(
      run(Fault::stale, 7).explanation,
      "  read         page 0 for token 0 (place 0)\n  read by      call 79: forward of request 11, positions 8..14\n"
      "  should hold  request 11, tokens 0..7 (salt 0): 6 95 95 90 26 68 37 18\n"
      "  holds        request 10, tokens 8..15 (salt 0): 64 12 16 23 65 64 47 49\n"
      "  put there    by call 73: forward of request 10, positions 7..13\n"
      "  first seen   in the output of layer 0, at position 8\n");
}

TEST_F(Explain, APageThatWasEvictedUnderItsReader) {
  EXPECT_THAT(run(Fault::lock).explanation, HasSubstr("request 13, position 24\n"));
}

TEST_F(Explain, TurnedKeysHoldTheRightPrefixAndOtherNumbers) {
  const std::string text = run(Fault::rope).explanation;
  EXPECT_THAT(
      text,
      StartsWith("  read         page 0 for token 0 (place 0)\n  read by      call 5: forward of request 1, positions "
                 "8..14\n  should hold  request 1, token 0 (salt 0): 6\n"));
  EXPECT_THAT(
      text,
      HasSubstr("holds        the same, but not its numbers\n  first wrong  K in layer 0, head 0, coordinate 0: "));
  EXPECT_THAT(text, HasSubstr("put there    by call 1: forward of request 0, positions 0..24; no call has written"));
  EXPECT_THAT(text, HasSubstr("first seen   in the output of layer 0, at position 8\n"));
}

TEST_F(Explain, LinesAreShort) {
  for (const Fault fault : {Fault::page, Fault::rope, Fault::stale}) {
    std::istringstream lines(run(fault).explanation);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
  }
}

TEST_F(Explain, ASoundRunReadNothingWrongAndIsWatchedOnlyOnRequest) {
  const CellResult watched = run(Fault::none);
  EXPECT_THAT(watched.explanation, AllOf(HasSubstr("  reads        every place that was read held its own prefix"),
                                         HasSubstr("last call    call "), Not(HasSubstr("should hold"))));
  const CellResult sound = run_cell(*model_, {"group1", DType::f32, 8, 1, Isa::scalar, 0}, radix(), Fault::none);
  EXPECT_EQ(sound.explanation, "");
  std::size_t rows = 0;
  EXPECT_EQ(first_wrong(sound, watched, model_->config().vocab_size, rows), "") << "watching changes no bit";
}

/// Breaks a rule at its first eviction, before any wrong page is read.
class Unruly : public RadixCacheManager {
 public:
  using RadixCacheManager::RadixCacheManager;
  std::vector<PageId> evict(std::size_t) override { throw IntegrityError("I3: page 4 is in two places"); }
};

TEST_F(Explain, ABrokenRuleEndsTheRunAndTheLastCallIsNamed) {
  Stage stage = radix();
  stage.make = [](const CacheOptions& o) { return with_free_list<Unruly>(o, RadixOptions{o.page_size}); };
  const CellResult result = run(Fault::none, 0, stage);
  EXPECT_EQ(result.refusal, "I3: page 4 is in two places");
  EXPECT_THAT(result.explanation, HasSubstr("last call    call 27: page 8 freed"));
}

/// The watch and a model of three layers: what it says of page tables that no cache made.
class ExplainTable : public testing::Test {
 protected:
  ExplainTable() {
    model_.emplace(folder_.path(), DType::f32);
    device_.emplace(*model_, Isa::scalar, threads_);
    device_->make_pool(6, 4);
    device_->reserve(24, 24);
    watch_.emplace(*model_, Isa::scalar, threads_, *device_);
  }

  /// Computes `tokens` from `computed` on, up to `end` if that is less.
  void step(const char* who, const std::vector<TokenId>& tokens, std::uint32_t salt, const std::vector<PageId>& pages,
            std::size_t computed, std::size_t end = 99) {
    const std::size_t now = std::min(end, tokens.size()) - computed;
    watch_->before_step(who, {tokens, salt, computed, pages}, now);
    device_->run({std::span(tokens).subspan(computed, now), computed, pages}, {});
  }

  const ModelFolder folder_{[](RandomModel& model) { model.config.num_hidden_layers = 3; }};
  ThreadPool threads_{1};
  std::optional<Model> model_;
  std::optional<CpuDevice> device_;
  std::optional<FirstWrongBit> watch_;
};

TEST_F(ExplainTable, ANumberInALaterLayerShowsThere) {
  for (const std::size_t layer : {1u, 2u}) {
    watch_.emplace(*model_, Isa::scalar, threads_, *device_);
    step("request 0", {1, 2, 3, 4, 5, 6}, 0, {0, 1}, 0);
    const KvPlace token4{.layer = layer, .page = 1};
    device_->set_value(token4, device_->value(token4) + 1);
    step("request 0", {1, 2, 3, 4, 5, 6, 7}, 0, {0, 1}, 6);
    const std::string name = "layer " + std::to_string(layer);
    EXPECT_THAT(watch_->text(), HasSubstr("read         page 1 for token 4 (place 0)\n  read by      call 2"));
    EXPECT_THAT(watch_->text(), HasSubstr("first wrong  V in " + name + ", head 0, coordinate 0: "));
    EXPECT_THAT(watch_->text(), HasSubstr("first seen   in the output of " + name + ", at position 6"));
  }
}

TEST_F(ExplainTable, ReadingTheSameNumbersOfAnotherSaltChangesNoBit) {
  step("request 0", {1, 2, 3, 4}, 0, {0}, 0);
  step("request 1", {1, 2, 3, 4, 5, 6}, 7, {0, 1}, 4, 5);
  EXPECT_THAT(watch_->text(), HasSubstr("  first seen   nowhere in this step"));
}

TEST_F(ExplainTable, TheSameTokensBehindAnotherPrefix) {
  step("request 0", {1, 2, 3, 4, 5, 6, 7, 8}, 0, {0, 1}, 0);
  step("request 1", {1, 2, 9, 4}, 0, {2}, 0);
  step("request 1", {1, 2, 9, 4, 5, 6, 7, 8, 10}, 0, {2, 1, 3}, 8);
  ASSERT_TRUE(watch_->found());
  EXPECT_EQ(watch_->found()->page, 1u);
  EXPECT_THAT(watch_->text(), HasSubstr("  should hold  request 1, tokens 4..7 (salt 0): 5 6 7 8\n"
                                        "  holds        request 0, tokens 4..7 (salt 0): 5 6 7 8\n"
                                        "  differs      from token 2 on: another prefix, whatever the tokens here\n"
                                        "  put there    by call 1: forward of request 0, positions 0..7\n"));
}

TEST_F(ExplainTable, TheSameTokensOfAnotherSalt) {
  step("request 0", {1, 2, 3, 4}, 0, {0}, 0);
  step("request 1", {1, 2, 3, 4, 5}, 7, {0, 1}, 4);
  EXPECT_THAT(watch_->text(), HasSubstr("  should hold  request 1, tokens 0..3 (salt 7): 1 2 3 4\n"
                                        "  holds        request 0, tokens 0..3 (salt 0): 1 2 3 4\n"));
}

TEST_F(ExplainTable, APlaceThatNobodyWrote) {
  step("request 0", {1, 2, 3, 4}, 0, {0}, 0);
  step("request 0", {1, 2, 3, 4, 5, 6}, 0, {0, 1}, 5);
  EXPECT_THAT(watch_->text(),
              HasSubstr("  read         page 1 for token 4 (place 0)\n  read by      call 2: forward of request 0, "
                        "position 5\n  should hold  request 0, token 4 (salt 0): 5\n"
                        "  holds        nothing: it was never written\n  put there    by no call\n"));
}

TEST_F(ExplainTable, ACopyIsACallToo) {
  step("request 0", {1, 2, 3, 4, 5, 6, 7, 8}, 0, {0, 1}, 0);
  watch_->ledger().copy(1, 0, 4);
  step("request 0", {1, 2, 3, 4, 5, 6, 7, 8, 9}, 0, {0, 1, 2}, 8);
  EXPECT_THAT(watch_->text(), HasSubstr("  holds        request 0, tokens 4..7 (salt 0): 5 6 7 8\n"
                                        "  put there    by call 2: page 1 copied to page 0, 4 places\n"));
}

TEST_F(ExplainTable, LongStretchesLoseTheirMiddle) {
  device_->make_pool(2, 20);
  FirstWrongBit watch(*model_, Isa::scalar, threads_, *device_,
                      [](TokenId token) { return std::to_string(token) + '|'; });
  std::vector<TokenId> tokens(21);
  std::iota(tokens.begin(), tokens.end(), 0);
  watch.before_step("request 0", {tokens, 0, 20, {0, 1}}, 1);
  EXPECT_THAT(watch.text(), HasSubstr("request 0, tokens 0..19 (salt 0):\n               "
                                      "\"0|1|2|3|4|5|6|7| ... 12|13|14|15|16|17|18|19|\"\n"));
}

}  // namespace
}  // namespace radixlab
