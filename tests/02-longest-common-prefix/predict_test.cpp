// Chapter 02, task 2.0: predictions. The truth of each is what a run says: the detector, the manager, chapter 01's desk.
#include "02-longest-common-prefix/predict.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "02-longest-common-prefix/lcp_cache_manager.hpp"
#include "02-longest-common-prefix/scene.hpp"
#include "contract/todo.hpp"
#include "four_prompts.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

// The run needs tasks 2.1 to 2.6. Where they are the learner's and not written yet, nothing can be judged.
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
template <class Number>
void judge(Number said, Number truth, const char* why) {
  if (said != truth)
    ADD_FAILURE() << "you say " << said << ", the run says " << (said < truth ? "more" : "less") << ": " << why;
}

void judge(const Pages& said, const Pages& truth, const char* why) {
  if (said == truth) return;
  std::string pages;
  for (const PageId page : said) (pages += ' ') += std::to_string(page);
  ADD_FAILURE() << "you say pages {" << pages << " }, and the run frees others: " << why;
}

/// Lcp, and a note of the tokens in the entries that it was given.
class Watched : public LcpCacheManager {
 public:
  Watched() : LcpCacheManager(kPage) {}
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override {
    const InsertResult result = LcpCacheManager::insert_prefix(key, pages, from);
    if (result.cached_len < result.handle.cached_len) kept += result.handle.cached_len;
    return result;
  }
  std::size_t kept = 0;
};

struct Seen {
  std::size_t computed = 0, pages = 0, kept = 0;
};

Seen four_questions() {
  Watched lcp;
  Bench bench{lcp};
  for (TokenId i = 1; i <= 4; ++i) bench.serve(question(i));
  return {bench.computed, lcp.size_info().total_size(), lcp.kept};
}

Text letters(std::string_view text) {
  Text tokens;
  for (const char letter : text) tokens.insert(tokens.end(), 4, letter);
  return tokens;
}

// A B C on pages 0, 1 and 2, then A B D on 3, 4 and 5.
struct TwoTexts {
  LcpCacheManager lcp{4};
  TwoTexts() {
    lcp.insert_prefix(letters("ABC"), Pages{0, 1, 2}, {});
    lcp.insert_prefix(letters("ABD"), Pages{3, 4, 5}, {});
  }
  Pages evict_one() {
    Pages freed = lcp.evict(1);
    std::ranges::sort(freed);
    return freed;
  }
};

TEST(Lab02Predict, T0_TheBestIndex) {
  const std::vector<Text> candidates = {{5, 5}, {5, 5, 5, 2}, {5, 5, 5}, {9}};
  judge(predicted_best_index(), truth([&] {
          return PrefixDetector().find_best_prefix_match(Text{5, 5, 5, 1}, candidates).index;
        }),
        "the length in common decides, and of equals the lowest index; what stands behind it is not looked at");
}

TEST(Lab02Predict, T0_TokensCompared) {
  judge(predicted_compared(), truth([] {
          tokens_compared = 0;
          const std::vector<Text> sequences = seed_sequences();
          PrefixDetector(counting_match_len).find_best_prefix_match(seed_query(), sequences);
          return tokens_compared;
        }),
        "each candidate is compared from its first token on, and the comparison that says \"different\" is one too");
}

TEST(Lab02Predict, T0_TokensComputed) {
  judge(predicted_computed(), truth([] { return four_questions().computed; }),
        "the first prompt finds nothing; each later one finds the whole pages that it has in common with an entry");
}

TEST(Lab02Predict, T0_PagesCached) {
  judge(predicted_cached_pages(), truth([] { return four_questions().pages; }),
        "I3: a page that two entries name is one page, and a page that is only begun is not cached at all");
}

TEST(Lab02Predict, T0_TokensKept) {
  judge(predicted_kept_tokens(), truth([] { return four_questions().kept; }),
        "pages are shared, texts are not: an entry keeps every token of its whole pages, to compare with");
}

TEST(Lab02Predict, T0_PagesFreed) {
  judge(predicted_freed(), truth([] { return TwoTexts().evict_one(); }),
        "I3: the oldest entry goes, and frees the pages that no other entry names; what someone had first was never "
        "given by the second (I21)");
}

TEST(Lab02Predict, T0_PagesFreedNext) {
  judge(predicted_freed_next(), truth([] {
          TwoTexts scene;
          scene.evict_one();
          return scene.evict_one();
        }),
        "an entry goes as a whole, with every page whose last owner it is");
}

TEST(Lab02Predict, T0_PagesProtected) {
  judge(predicted_protected(), truth([] {
          TwoTexts scene;
          scene.lcp.lock_handle(scene.lcp.match_prefix(letters("A")));
          return scene.lcp.size_info().protected_size;
        }),
        "I17: a page is protected if a locked entry names it; is it the prefix or the entry that is locked?");
}

}  // namespace
}  // namespace radixlab
