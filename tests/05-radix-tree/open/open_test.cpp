// Chapter 05, open lab: what is asked of a tree beyond the contract. All else is the conformance suite's business.
#include "05-radix-tree/open.hpp"

#include <gtest/gtest.h>
#include <numeric>

#include "testing/failure_story.hpp"

namespace radixlab {
namespace {

using Tokens = std::vector<TokenId>;

class Lab05Open : public testing::TestWithParam<std::size_t> {
 protected:
  std::size_t P = GetParam();
  std::unique_ptr<BaseCacheManager> manager = make_open_tree(P);
  Story cache{*manager, P, false};
  FailureStory failure{cache};

  Tokens text(std::string_view letters) const {  // each letter is a page of tokens
    Tokens tokens;
    for (const char letter : letters)
      for (std::size_t i = 0; i < P; ++i) tokens.push_back(letter * 100 + static_cast<TokenId>(i));
    return tokens;
  }
  CacheHandle insert(std::string_view letters, PageId first) {
    std::vector<PageId> pages(letters.size());
    std::iota(pages.begin(), pages.end(), first);
    return cache.insert_prefix(text(letters), pages, {}).handle;
  }
  std::size_t pages_found(std::string_view letters) { return cache.match_prefix(text(letters)).cached_len / P; }
};

TEST_P(Lab05Open, TextsThatPartShareWhatTheyBeginWith) {
  insert("abcd", 0);
  insert("abxy", 10);
  insert("ab", 20);
  EXPECT_EQ(cache.size_info().total_size(), 6u)
      << "three texts begin with a b: its two pages are held once, and c d x y are four more";
  EXPECT_EQ(pages_found("abxz"), 3u) << "I7: a b x is stored";
  EXPECT_EQ(pages_found("abc"), 3u) << "I24: every prefix of a stored text is stored";
}

TEST_P(Lab05Open, WhatIsSharedOutlivesEitherText) {
  const CacheHandle first = insert("abcd", 0);
  insert("abxy", 10);
  cache.lock_handle(first);
  cache.evict(2);
  EXPECT_EQ(pages_found("abcd"), 4u) << "I19: a b c d is locked; x y are the only two pages that may go";
  EXPECT_EQ(pages_found("abxy"), 2u) << "I26: x y are gone, and a b is still there for the other text";
  cache.unlock_handle(first);
}

TEST_P(Lab05Open, NothingStaysBehindAPageThatIsGone) {
  insert("abcdefgh", 0);
  while (cache.size_info().total_size() > 0) {
    const std::size_t freed = cache.evict(1).size();
    ASSERT_GE(freed, 1u) << "I25: a page was asked for";
    ASSERT_EQ(pages_found("abcdefgh"), cache.size_info().total_size())
        << "I26: pages are cached that no look-up comes to: a text goes from its end";
  }
}

TEST_P(Lab05Open, ALongTextIsNoTrouble) {
  std::vector<PageId> pages(20000);
  std::iota(pages.begin(), pages.end(), 0);
  Tokens all(pages.size() * P);
  std::iota(all.begin(), all.end(), 0);
  const CacheHandle end = manager->insert_prefix(all, pages, {}).handle;  // unwatched: Story compares all with all
  EXPECT_EQ(end.cached_len, all.size()) << "I24: all of it is stored";
  EXPECT_EQ(manager->match_prefix(all).cached_len, all.size()) << "I7: a text of 20,000 pages is found again";
  EXPECT_EQ(manager->reset().size(), pages.size()) << "reset hands all pages back";
}

TEST_P(Lab05Open, AnEmptyTreeIsReadyForMore) {
  insert("ab", 0);
  EXPECT_EQ(cache.reset().size(), 2u) << "reset hands all pages back";
  EXPECT_EQ(pages_found("ab"), 0u) << "I37: after a reset nothing is known";
  insert("ab", 4);
  EXPECT_EQ(pages_found("ab"), 2u) << "I37: a tree that was reset is as good as a new one";
}

INSTANTIATE_TEST_SUITE_P(PageSizes, Lab05Open, testing::Values(1, 3, 4, 16));

TEST(Lab05OpenErrors, PageSizeZeroIsRefused) {
  try {
    make_open_tree(0);
    ADD_FAILURE() << "a page of 0 tokens holds nothing: refuse it at once, by std::invalid_argument";
  } catch (const std::invalid_argument&) {
  }
}

}  // namespace
}  // namespace radixlab
