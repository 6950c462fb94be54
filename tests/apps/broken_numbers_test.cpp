// A request that comes to numbers that are not finite: it is refused, publishes nothing and leaves nothing behind (I4, I18).
#include <limits>

#include "single_runner_fixture.hpp"

namespace radixlab {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// A served model of which one number is broken.
class BrokenModel : public testing::TestWithParam<const Stage*> {
 protected:
  static std::size_t page_size() { return GetParam()->whole_texts ? 24 : kPage; }
  static Tokens prompt(TokenId first) {
    Tokens tokens(13);
    std::iota(tokens.begin(), tokens.end(), first);
    return tokens;
  }

  void serve(std::string_view broken_tensor, std::size_t index) {
    folder_.set_weight(broken_tensor, index, kNaN);
    serve();
  }
  void serve() {
    model_.emplace(folder_.path(), DType::f32);
    device_.emplace(*model_, best_isa(), threads_);
    served_.emplace(*device_, GetParam()->name, 16, page_size());
  }
  std::string words_of(const Tokens& tokens, const GenerateOptions& options) {
    try {
      served_->runner->generate(tokens, options);
    } catch (const BrokenNumbers& error) {
      return error.what();
    }
    return "not refused";
  }
  std::size_t width() const { return model_->config().hidden_size; }

  const ModelFolder folder_;
  ThreadPool threads_{1};
  std::optional<Model> model_;
  std::optional<CpuDevice> device_;
  std::optional<Served> served_;
};

TEST_P(BrokenModel, RefusesARequestByNameAndPositionAndPublishesNothing) {
  serve("model.layers.1.mlp.up_proj.weight", 0);
  EXPECT_EQ(words_of(prompt(10), {.name = "request 7"}),
            "request 7: the numbers at position 0 are not finite, and nothing follows from them; the first ones come "
            "from layer 1, where model.layers.1.mlp.up_proj.weight [0, 0] is NaN");
  EXPECT_TRUE(served_->cached().empty());
  served_->expect_nothing_held();
}

// The rows before it are good, and so are the logits that nobody asks for until the prompt's end.
TEST_P(BrokenModel, RefusesItAtALaterChunk) {
  serve("model.embed_tokens.weight", 20 * 42);
  EXPECT_EQ(words_of(prompt(10), {.name = "request 7", .chunk = 4}),
            "request 7: the numbers at position 10 are not finite, and nothing follows from them; the first ones come "
            "from the embedding of token 20, where model.embed_tokens.weight [20, 0] is NaN");
  EXPECT_LE(served_->story->size_info().total_size() * page_size(), 10 + page_size() - 1);
  for (const auto& [tokens, pages] : served_->cached())
    EXPECT_EQ(std::ranges::count(tokens, 20), 0) << "a broken row was published";
  served_->expect_nothing_held();
}

TEST_P(BrokenModel, RefusesItWhenOnlyTheHeadIsBroken) {
  serve("lm_head.weight", 262 * 42 + 1);
  EXPECT_EQ(words_of(prompt(10), {}),
            "the request: the numbers at position 12 are not finite, and nothing follows from them; the first ones "
            "come from the head, where lm_head.weight [262, 1] is NaN");
  EXPECT_TRUE(served_->cached().empty());
  served_->expect_nothing_held();
}

TEST_P(BrokenModel, RefusesItWhileItGenerates) {
  serve();
  const TokenId next = served_->runner->generate(prompt(10), {.max_new_tokens = 1}).output.front();
  serve("model.embed_tokens.weight", static_cast<std::size_t>(next) * width());
  EXPECT_EQ(words_of(prompt(10), {}).substr(0, 44), "the request: the numbers at position 13 are ");
  EXPECT_TRUE(served_->cached().empty());
  served_->expect_nothing_held();
}

TEST_P(BrokenModel, HasEndedForGood) {
  serve("lm_head.weight", 0);
  LiveRequest request(*served_->runner, prompt(10), {});
  for (int i = 0; i < 2; ++i) EXPECT_THROW(request.step(), BrokenNumbers);
  EXPECT_EQ(device_->tokens_computed(), 13u) << "and computes no more";
  served_->expect_nothing_held();
}

TEST_P(BrokenModel, OthersGoOnBesideIt) {
  serve("model.embed_tokens.weight", 20 * 42);
  std::optional<LiveRequest> good(std::in_place, *served_->runner, prompt(100), GenerateOptions{.max_new_tokens = 3});
  EXPECT_EQ(good->step(), StepResult::more);
  EXPECT_NE(words_of(prompt(10), {}), "not refused");
  while (good->step() == StepResult::more) {
  }
  EXPECT_EQ(good->take().output.size(), 3u);
  served_->expect_nothing_held();
}

INSTANTIATE_TEST_SUITE_P(OnEachRow, BrokenModel, testing::ValuesIn(built_stages()),
                         [](const auto& stage) { return std::string(stage.param->name); });

}  // namespace
}  // namespace radixlab
