#include <algorithm>
#include <functional>

#include "01-naive-manager/demo_prompts.hpp"
#include "01-naive-manager/demo_steps.hpp"
#include "01-naive-manager/naive_cache_manager.hpp"
#include "apps/random_model.hpp"
#include "storage/free_list.hpp"
#include "testing/one_text_manager.hpp"

namespace radixlab {
namespace {

using Pages = std::vector<PageId>;

/// Naive, and a note of how much was looked up.
class Watched : public NaiveCacheManager {
 public:
  CacheHandle match_prefix(PrefixKey key) override {
    looked_up = key.tokens.size();
    return NaiveCacheManager::match_prefix(key);
  }
  std::size_t looked_up = 0;
};

// Row 00 runs all tokens for each new one of an answer; at the desk each is run once, all but the last.
void one_answer(Demo& demo) {
  NaiveCacheManager naive;
  FreeList list(DemoPrompts::kPool);
  DemoPrompts prompts{demo, "answer", naive, list};
  Request r = DemoPrompts::prompt(1);
  prompts.start(r);
  std::size_t everything = 0;
  for (int i = 0; i < 20; ++i) {
    prompts.compute(r);
    everything += r.tokens.size();
    r.tokens.push_back(7);
    if (!prompts.desk.grow(r, r.tokens.size())) throw std::logic_error("the pool is too small for one answer");
  }
  prompts.desk.finish(r);
  demo.figure("answer.everything", everything);
  demo.figure("answer.computed", prompts.computed);
}

void four_prompts(Demo& demo) {
  Watched naive;
  FreeList list(DemoPrompts::kPool), other_list(DemoPrompts::kPool);
  DemoPrompts prompts{demo, "naive", naive, list};
  prompts.one_by_one();
  demo.figure("prompts.naive.again", prompts.computed - DemoPrompts::kDocument - 4 * DemoPrompts::kQuestion);
  demo.figure("predicted_computed", prompts.computed);
  demo.figure("predicted_looked_up", naive.looked_up);
  Request one = DemoPrompts::prompt(1);
  prompts.start(one);
  demo.figure("predicted_pages", one.pages.size());
  prompts.desk.finish(one);
  prompts.at_once();
  OneTextManager shared(DemoPrompts::kPage);
  DemoPrompts{demo, "shared", shared, other_list}.at_once();
}

// What finish gives back of a request of 9 tokens on pages 3, 4 and 5, of 4 tokens each.
Pages given_back(BaseCacheManager& cache, const std::function<void()>& before_finish) {
  Pages given;
  FreeList list(8);
  OnGive source(list, [&](PageId page) { given.push_back(page); });
  FakeKv kv(8, 4);
  CacheManager desk(cache, source, kv, 4);
  for (int i = 0; i < 3; ++i) source.take();
  Request r{.tokens = {7, 7, 3, 1, 9, 9, 4, 2, 5}};
  if (!desk.start(r)) throw std::logic_error("5 pages are too few for 9 tokens");
  kv.write(r.tokens, r.pages, 0);
  r.computed = 9;
  before_finish();
  desk.finish(r);
  std::ranges::sort(given);
  return given;
}

void small_questions(Demo& demo) {
  const ModelConfig config = preset_config("110m").value();
  demo.figure("predicted_kv_bytes", 2 * config.num_hidden_layers * config.kv_size() * sizeof(float));
  NaiveCacheManager naive;
  const std::vector<TokenId> text = {7, 7, 3, 1, 9, 4, 2};
  demo.figure("predicted_insert_answer", naive.insert_prefix(text, Pages{0, 1, 2, 3, 4, 5, 6}, {}).cached_len);
  demo.figure("predicted_found_again", naive.match_prefix(text).cached_len);
  demo.figure("predicted_given_back_naive", given_back(naive, [] {}));
  OneTextManager shared(4);
  demo.figure("predicted_given_back_shared", given_back(shared, [&] { shared.hold({7, 7, 3, 1}, {0}); }));
}

}  // namespace

void keep_numbers(Demo& demo) {
  one_answer(demo);
  four_prompts(demo);
  small_questions(demo);
}

}  // namespace radixlab
