// Chapter 01, task 1.0: predictions. The truth of each is what a run says: the desk, the naive manager, a KV store that
// remembers whose keys and values it holds.
#include "01-naive-manager/predict.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>

#include "01-naive-manager/naive_cache_manager.hpp"
#include "01-naive-manager/scheduler_cache.hpp"
#include "apps/random_model.hpp"
#include "contract/todo.hpp"
#include "one_text_manager.hpp"
#include "storage/free_list.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

using Pages = std::vector<PageId>;

// The run needs tasks 1.1 to 1.4. Where they are the learner's and not written yet, nothing can be judged.
template <class Run>
auto truth(Run run) -> decltype(run()) {
  try {
    return run();
  } catch (const Todo& todo) {
    throw std::runtime_error(
        std::string("your prediction cannot be judged yet, because the run that knows the answer needs this: ") +
        todo.what());
  }
}

// Says on which side of the truth a prediction lies, and why; not the truth itself.
void judge(std::size_t said, std::size_t truth, const char* why) {
  if (said != truth)
    ADD_FAILURE() << "you say " << said << ", the run says " << (said < truth ? "more" : "less") << ": " << why;
}

void judge(const Pages& said, const Pages& truth, const char* why) {
  if (said == truth) return;
  std::string pages;
  for (const PageId page : said) (pages += ' ') += std::to_string(page);
  ADD_FAILURE() << "you say pages {" << pages << " }, and the run gives back others: " << why;
}

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
    if (!desk.start(r)) throw std::logic_error("500 pages are too few for one prompt: is task 1.2 right?");
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
  if (!desk.start(r)) throw std::logic_error("5 pages are too few for 9 tokens: is task 1.2 right?");
  kv.write(r.tokens, r.pages, 0);
  r.computed = 9;
  before_finish();
  desk.finish(r);
  std::ranges::sort(given);
  return given;
}

TEST(Lab01Predict, T0_TokensComputed) {
  judge(predicted_computed(), truth([] { return four_questions().computed; }),
        "whatever a manager does not keep is computed by each request from its first token on");
}

TEST(Lab01Predict, T0_PagesOfOneRequest) {
  judge(predicted_pages(), truth([] { return four_questions().pages; }),
        "one request at a time holds pages for the whole of its prompt, and a page that is begun counts as one");
}

TEST(Lab01Predict, T0_TokensLookedUp) {
  judge(predicted_looked_up(), truth([] { return four_questions().looked_up; }),
        "I8: one token must be run, hit or no hit, because its row gives the logits of the first new token");
}

TEST(Lab01Predict, T0_BytesOfOneToken) {
  const ModelConfig config = preset_config("110m").value();
  judge(predicted_kv_bytes(), 2 * config.num_hidden_layers * config.kv_size() * sizeof(float),
        "K and V both count, in every layer, for KV heads only");
}

TEST(Lab01Predict, T0_WhatNaiveAnswers) {
  NaiveCacheManager naive;
  const std::vector<TokenId> text = {7, 7, 3, 1, 9, 4, 2};
  judge(predicted_insert_answer(), truth([&] {
          return naive.insert_prefix(text, Pages{0, 1, 2, 3, 4, 5, 6}, {}).cached_len;
        }),
        "read what seed 003 means by \"consumes all\": the count and the handle say two different things");
}

TEST(Lab01Predict, T0_WhatNaiveFindsAgain) {
  NaiveCacheManager naive;
  const std::vector<TokenId> text = {7, 7, 3, 1, 9, 4, 2};
  const auto found = [&] {
    naive.insert_prefix(text, Pages{0, 1, 2, 3, 4, 5, 6}, {});
    return naive.match_prefix(text).cached_len;
  };
  judge(predicted_found_again(), truth(found), "a manager can only find what it has kept");
}

TEST(Lab01Predict, T0_PagesGivenBackUnderNaive) {
  NaiveCacheManager naive;
  judge(predicted_given_back_naive(), truth([&] { return given_back(naive, [] {}); }),
        "copy_pages(handle) says who owns what, and an empty handle names no page at all");
}

TEST(Lab01Predict, T0_PagesGivenBackBesideAnother) {
  OneTextManager cache(4);
  const auto someone_was_first = [&] { cache.hold({7, 7, 3, 1}, {0}); };
  judge(predicted_given_back_shared(), truth([&] { return given_back(cache, someone_was_first); }),
        "I21: a page that the handle names is given; where it names another page the own one is free; what it is "
        "silent about stays the caller's until the end, and this is the end");
}

}  // namespace
}  // namespace radixlab
