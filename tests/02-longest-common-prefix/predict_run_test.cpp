// The runs that know the answers of task 2.0, of the detector and of the manager. On our solution they must say
// what predict_truth.hpp says.
#include <algorithm>
#include <gtest/gtest.h>

#include "02-longest-common-prefix/lcp_cache_manager.hpp"
#include "02-longest-common-prefix/scene.hpp"
#include "predict_truth.hpp"
#include "testing/four_prompts.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

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

// As chapter 01's desk does it, without the desk: this chapter is graded where nobody's desk is at hand, too.
Seen four_questions() {
  Watched lcp;
  Seen seen;
  PageId fresh = 0;
  for (TokenId i = 1; i <= 4; ++i) {
    const Text prompt = question(i).tokens;
    const CacheHandle hit = lcp.match_prefix(std::span(prompt).first(prompt.size() - 1));
    seen.computed += prompt.size() - hit.cached_len;
    Pages pages((prompt.size() + kPage - 1) / kPage);
    for (PageId& page : pages) page = fresh++;
    lcp.insert_prefix(prompt, pages, hit);
  }
  seen.pages = lcp.size_info().total_size();
  seen.kept = lcp.kept;
  return seen;
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

TEST(Lab02PredictRun, TheBestIndex) {
  const std::vector<Text> candidates = {{5, 5}, {5, 5, 5, 2}, {5, 5, 5}, {9}};
  EXPECT_EQ(PrefixDetector().find_best_prefix_match(Text{5, 5, 5, 1}, candidates).index,
            std::ptrdiff_t{truth::kBestIndex});
}

TEST(Lab02PredictRun, TokensCompared) {
  tokens_compared = 0;
  const std::vector<Text> sequences = seed_sequences();
  PrefixDetector(counting_match_len).find_best_prefix_match(seed_query(), sequences);
  EXPECT_EQ(tokens_compared, truth::kCompared);
}

TEST(Lab02PredictRun, FourPrompts) {
  const Seen seen = four_questions();
  EXPECT_EQ(seen.computed, truth::kComputed);
  EXPECT_EQ(seen.pages, truth::kCachedPages);
  EXPECT_EQ(seen.kept, truth::kKeptTokens);
}

TEST(Lab02PredictRun, TwoTextsThatShareTwoPages) {
  TwoTexts scene;
  EXPECT_EQ(scene.evict_one(), truth::kFreed);
  EXPECT_EQ(scene.evict_one(), truth::kFreedNext);
  TwoTexts again;
  again.lcp.lock_handle(again.lcp.match_prefix(letters("A")));
  EXPECT_EQ(again.lcp.size_info().protected_size, truth::kProtected);
}

}  // namespace
}  // namespace radixlab
