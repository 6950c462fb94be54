// One request in a pool that just holds it, beside a text whose lock is in its way (I38).
#include "apps/engine.hpp"

#include <gtest/gtest.h>
#include <numeric>

#include "apps/random_model.hpp"
#include "ladder.hpp"
#include "testing/temporary_folder.hpp"

namespace radixlab {
namespace {

class EngineAlone : public testing::Test {
 protected:
  EngineAlone() {
    RandomModel random;
    random.config = *preset_config("tiny");
    write_random_model(random, folder_ / "model", [](std::size_t) {});
    model_ = std::make_unique<Model>(folder_ / "model", DType::f32);
    forward_ = std::make_unique<Forward>(*model_, best_isa(), threads_);
  }

  // 24 tokens are served and kept; then comes a prompt that begins with 4 of them. Pages of 4.
  Generation second(const char* manager, std::size_t prompt_tokens, std::size_t new_tokens, std::size_t num_pages) {
    KvPool kv(model_->config(), num_pages, 4, DType::f32);
    Engine engine(*forward_, kv, make_row(manager, {.page_size = 4, .num_pages = num_pages}));
    std::vector<TokenId> text(24), prompt(prompt_tokens);
    std::iota(text.begin(), text.end(), 10);
    std::iota(prompt.begin(), prompt.end(), 100);
    std::copy_n(text.begin(), 4, prompt.begin());
    engine.generate(text, {.max_new_tokens = 1});
    Generation got = engine.generate(prompt, {.max_new_tokens = new_tokens, .keep_hidden = true});
    EXPECT_EQ(got.hidden.size(), (prompt_tokens + new_tokens - 1 - got.cached_tokens) * model_->config().hidden_size);
    return got;
  }

  TemporaryFolder folder_;
  ThreadPool threads_{1};
  std::unique_ptr<Model> model_;
  std::unique_ptr<Forward> forward_;
};

TEST_F(EngineAlone, ItsHitIsDroppedForItsPrompt) {
  const Generation got = second("lcp", 16, 17, 8);
  EXPECT_EQ(got.cached_tokens, 0u) << "its hit would keep 6 of the 8 pages";
  EXPECT_EQ(got.output, second("naive", 16, 17, 100).output);
}

TEST_F(EngineAlone, ItIsQueuedAgainForItsAnswer) {
  const Generation got = second("lcp", 8, 25, 8), expected = second("naive", 8, 25, 100);
  EXPECT_EQ(got.cached_tokens, 4u) << "for the prompt there was room beside the hit's 6 pages";
  EXPECT_EQ(got.output, expected.output);
  const auto rows = std::span(expected.hidden).last(got.hidden.size());
  EXPECT_TRUE(std::ranges::equal(got.hidden, rows)) << "each row once, with the same bits";
}

}  // namespace
}  // namespace radixlab
