// The run that knows the answers of task 1.0: the desk, the naive manager, a KV store that remembers whose keys and values
// it holds. On our solution it must say what predict_truth.hpp says.
#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <numeric>

#include "01-naive-manager/naive_cache_manager.hpp"
#include "01-naive-manager/scheduler_cache.hpp"
#include "apps/random_model.hpp"
#include "predict_truth.hpp"
#include "storage/free_list.hpp"
#include "testing/fake_kv.hpp"
#include "testing/one_text_manager.hpp"

namespace radixlab {
namespace {

using Pages = std::vector<PageId>;

std::vector<TokenId> question(TokenId number) {
  std::vector<TokenId> prompt(2030);
  std::iota(prompt.begin(), prompt.end(), 0);
  for (auto own = prompt.begin() + 2000; own != prompt.end(); ++own) *own += 10000 * number;
  return prompt;
}

struct Seen {
  std::size_t computed = 0, pages = 0, looked_up = 0;
};

/// Naive, and a note of how much was looked up.
class Watched : public NaiveCacheManager {
 public:
  CacheHandle match_prefix(PrefixKey key) override {
    looked_up = key.tokens.size();
    return NaiveCacheManager::match_prefix(key);
  }
  std::size_t looked_up = 0;
};

Seen four_questions() {
  Watched naive;
  FreeList list(500);
  FakeKv kv(500, 16);
  CacheManager desk(naive, list, kv, 16);
  Seen seen;
  for (TokenId i = 1; i <= 4; ++i) {
    Request r{.tokens = question(i)};
    if (!desk.start(r)) throw std::logic_error("500 pages are too few for one prompt");
    seen.pages = r.pages.size();
    seen.looked_up = naive.looked_up;
    seen.computed += r.tokens.size() - r.computed;
    kv.write(r.tokens, r.pages, r.computed);
    r.computed = r.tokens.size();
    desk.finish(r);
  }
  return seen;
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

TEST(Lab01PredictRun, FourPrompts) {
  const Seen seen = four_questions();
  EXPECT_EQ(seen.computed, truth::kComputed);
  EXPECT_EQ(seen.pages, truth::kPages);
  EXPECT_EQ(seen.looked_up, truth::kLookedUp);
}

TEST(Lab01PredictRun, BytesOfOneToken) {
  const ModelConfig config = preset_config("110m").value();
  EXPECT_EQ(2 * config.num_hidden_layers * config.kv_size() * sizeof(float), truth::kKvBytes);
}

TEST(Lab01PredictRun, AnInsertIntoNaive) {
  NaiveCacheManager naive;
  const std::vector<TokenId> text = {7, 7, 3, 1, 9, 4, 2};
  EXPECT_EQ(naive.insert_prefix(text, Pages{0, 1, 2, 3, 4, 5, 6}, {}).cached_len, truth::kInsertAnswer);
  EXPECT_EQ(naive.match_prefix(text).cached_len, truth::kFoundAgain);
}

TEST(Lab01PredictRun, PagesGivenBack) {
  NaiveCacheManager naive;
  EXPECT_EQ(given_back(naive, [] {}), truth::kGivenBackNaive);
  OneTextManager shared(4);
  EXPECT_EQ(given_back(shared, [&] { shared.hold({7, 7, 3, 1}, {0}); }), truth::kGivenBackShared);
}

}  // namespace
}  // namespace radixlab
