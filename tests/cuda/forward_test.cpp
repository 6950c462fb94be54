// Whole models: all logits by the exact kernels are the CPU's.
#include "llm/forward.hpp"

#include "09-cuda-paged-attention/exact_forward.hpp"
#include "exact_fixture.hpp"
#include "testing/compare.hpp"
#include "testing/model_folder.hpp"

namespace radixlab {
namespace {

template <class T>
class CudaForward : public ExactTest<T> {
 protected:
  static std::vector<TokenId> tokens_for(const Model& model, std::size_t count) {
    std::vector<TokenId> tokens;
    for (std::size_t i = 0; i < count; ++i)
      tokens.push_back(static_cast<TokenId>((i * i * 31 + 11) % model.config().vocab_size));
    return tokens;
  }

  static std::vector<float> on_cpu(const Model& model, const std::vector<TokenId>& tokens) {
    ThreadPool threads(1);
    Forward forward(model, best_isa(), threads);
    KvPool kv(model.config(), (tokens.size() + 15) / 16, 16, kTypeOf<T>);
    std::vector<PageId> pages(kv.num_pages());
    std::iota(pages.begin(), pages.end(), PageId{0});
    std::vector<float> logits(tokens.size() * model.config().vocab_size);
    forward.logits(forward.run({tokens, 0, pages}, kv), logits);
    return logits;
  }

  void check(const Model& model, std::size_t count, std::size_t page_size, std::size_t chunk) {
    const std::vector<TokenId> tokens = tokens_for(model, count);
    const std::vector<float> expected = on_cpu(model, tokens);
    ExactForward<T> forward(model, count, page_size);
    std::vector<float> logits;
    for (std::size_t at = 0; at < count; at += chunk) {
      const auto first = tokens.begin() + static_cast<std::ptrdiff_t>(at);
      const std::vector<float> rows =
          forward.run({first, first + static_cast<std::ptrdiff_t>(std::min(chunk, count - at))});
      logits.insert(logits.end(), rows.begin(), rows.end());
    }
    const std::string what = "pages of " + std::to_string(page_size) + ", chunks of " + std::to_string(chunk);
    EXPECT_FALSE(first_difference(logits, expected)) << what;
    this->expect_same(logits, expected, what);
  }
};
TYPED_TEST_SUITE(CudaForward, Types, TypeName);

TYPED_TEST(CudaForward, TinyModel) {
  const ModelFolder folder([](RandomModel& model) { model.seed = 7; });
  const Model model(folder.path(), kTypeOf<TypeParam>);
  this->check(model, 37, 24, 37);
  const ScheduleSeed other_order(3);
  this->check(model, 37, 3, 9);
  this->check(model, 20, 1, 1);
}

// Other shapes and angles than tiny's.
TYPED_TEST(CudaForward, GoldenModels) {
  for (const char* name :
       {"old-float32-gqa", "old-bfloat16-llama3", "old-float16-linear", "new-bfloat16-tied-sharded"}) {
    const Model model(std::string("tests/golden/") + name, kTypeOf<TypeParam>);
    this->check(model, 12, 4, 7);
  }
}

// 20 tokens of the model that the course brings along; in its own type alone, for the time.
using CudaForwardBFloat16 = CudaForward<BFloat16>;
TEST_F(CudaForwardBFloat16, ShippedModel) {
  const Model model("common/llm/checkpoint", DType::bf16);
  check(model, 20, 16, 20);
}

}  // namespace
}  // namespace radixlab
