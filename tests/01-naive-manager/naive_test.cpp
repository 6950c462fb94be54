// Chapter 01, task 1.1: the manager that caches nothing fulfils the contract all the same.
#include <gmock/gmock.h>

#include "01-naive-manager/naive_cache_manager.hpp"
#include "testing/expect_refused.hpp"
#include "testing/story.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

class Lab01Naive : public testing::Test {
 protected:
  NaiveCacheManager manager;
  Story cache{manager, 4, false};
  Text text = {1, 2, 3, 4, 5};
  std::vector<PageId> pages = {7, 8};
};

TEST_F(Lab01Naive, T1_MatchesNothing) {
  EXPECT_EQ(cache.match_prefix(text), CacheHandle{});
  cache.insert_prefix(text, pages, {});
  EXPECT_EQ(cache.match_prefix(text), CacheHandle{});
}

TEST_F(Lab01Naive, T1_InsertCountsAllAndKeepsNothing) {
  const InsertResult r = cache.insert_prefix(text, pages, {});
  EXPECT_EQ(r.cached_len, 5u);  // seed 003: it consumes all
  EXPECT_EQ(r.handle, CacheHandle{});
  EXPECT_EQ(cache.size_info(), SizeInfo{});
  cache.same_as_snapshot();
}

TEST_F(Lab01Naive, T1_EvictsNothing) {
  EXPECT_TRUE(cache.evict(0).empty());
  expect_refused("I25", [&] { cache.evict(1); });
}

TEST_F(Lab01Naive, T1_AnEmptyHandleDoesNothing) {
  cache.lock_handle({});
  cache.unlock_handle({});
  cache.copy_pages({}, {});
}

TEST_F(Lab01Naive, T1_AnyOtherHandleIsRefused) {
  std::vector<PageId> out(1);
  const CacheHandle invented{4, 1, 1};
  EXPECT_THROW(cache.lock_handle(invented), std::logic_error);
  EXPECT_THROW(cache.unlock_handle(invented), std::logic_error);
  EXPECT_THROW(cache.copy_pages(invented, out), std::logic_error);
  EXPECT_THROW(cache.insert_prefix(text, pages, invented), std::logic_error);
}

TEST_F(Lab01Naive, GivenItKeepsNoPriorities) { EXPECT_THROW(cache.retain({}, 1, 1), std::logic_error); }

}  // namespace
}  // namespace radixlab
