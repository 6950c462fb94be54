// Chapter 01, open lab: order and statistics. All else is the conformance suite's business.
#include "01-naive-manager/open.hpp"

#include <gtest/gtest.h>

#include "testing/story.hpp"

namespace radixlab {
namespace {

using Tokens = std::vector<TokenId>;

class Lab01Open : public testing::Test {
 protected:
  std::unique_ptr<CountingCacheManager> manager = make_open_manager(3);
  Story cache{*manager, 3, false};
  const Tokens first = {1, 2, 3, 4, 5, 6}, second = {7, 8, 9, 10, 11, 12}, third = {13, 14, 15, 16, 17, 18};

  void insert_all() {
    cache.insert_prefix(first, std::vector<PageId>{0, 1}, {});
    cache.insert_prefix(second, std::vector<PageId>{2, 3}, {});
    cache.insert_prefix(third, std::vector<PageId>{4, 5}, {});
  }
  std::size_t cached(const Tokens& text) { return cache.match_prefix(text).cached_len; }
};

TEST_F(Lab01Open, WhatCameFirstGoesFirst) {
  insert_all();
  EXPECT_EQ(cached(first), 6u) << "six tokens were inserted in two pages of 3: they must be found again";
  cache.evict(2);  // the hit above renews nothing
  EXPECT_EQ(cached(first), 0u) << "first in, first out: the oldest text goes first, although it was found just now";
  cache.evict(1);
  EXPECT_LT(cached(second), 6u) << "then the second text is the oldest";
  EXPECT_EQ(cached(third), 6u) << "the youngest text goes last";
}

TEST_F(Lab01Open, WhatIsLockedStays) {
  insert_all();
  const CacheHandle page = cache.match_prefix(std::span(first).first(4));
  cache.lock_handle(page);
  cache.evict(2);
  EXPECT_GE(cached(first), 3u) << "I19: the first page of the oldest text is locked, and it was evicted";
  EXPECT_EQ(cached(third), 6u) << "two pages can be had from the two oldest texts: the youngest must not go";
  cache.unlock_handle(page);
}

TEST_F(Lab01Open, CountsHitsMissesAndEvictedPages) {
  EXPECT_EQ(manager->statistics(), CacheStatistics{}) << "nothing was asked yet";
  insert_all();
  EXPECT_EQ(manager->statistics(), CacheStatistics{}) << "an insert is no look-up";
  cached(first);
  cached({1, 2, 9});  // not one whole page
  cached({});
  cached({7, 8, 9});
  EXPECT_EQ(manager->statistics().hits, 2u) << "two of four look-ups found a page";
  EXPECT_EQ(manager->statistics().misses, 2u) << "two of four look-ups found none: an empty key counts, too";
  const std::size_t evicted = cache.evict(3).size();
  cache.reset();
  EXPECT_EQ(manager->statistics().evicted, evicted) << "pages that evict returned are counted, a reset's are not";
}

}  // namespace
}  // namespace radixlab
