// Chapter 01, task 1.1: the manager that caches nothing fulfils the contract all the same.
#include <gmock/gmock.h>

#include "01-naive-manager/naive_cache_manager.hpp"
#include "testing/expect_refused.hpp"
#include "testing/failure_story.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

class Lab01Naive : public testing::Test {
 protected:
  NaiveCacheManager manager;
  Story cache{manager, 4, false};
  FailureStory failure{cache};
  Text text = {1, 2, 3, 4, 5};
  std::vector<PageId> pages = {7, 8};
};

TEST_F(Lab01Naive, T1_MatchesNothing) {
  EXPECT_EQ(cache.match_prefix(text), CacheHandle{}) << "nothing was stored yet, so a look-up finds the empty handle";
  cache.insert_prefix(text, pages, {});
  EXPECT_EQ(cache.match_prefix(text), CacheHandle{})
      << "naive keeps nothing: what was just inserted is not found either";
}

TEST_F(Lab01Naive, T1_InsertCountsAllTokens) {
  EXPECT_EQ(cache.insert_prefix(text, pages, {}).cached_len, 5u)
      << "seed 003: naive consumes all, its insert answers the number of tokens, here 5 (not pages, not what is kept)";
  EXPECT_EQ(cache.insert_prefix(Text{}, std::vector<PageId>{}, {}).cached_len, 0u) << "of no tokens, none";
}

TEST_F(Lab01Naive, T1_InsertKeepsNoPage) {
  EXPECT_EQ(manager.insert_prefix(text, pages, {}).handle, CacheHandle{})
      << "S10: the handle says who owns the pages; naive takes none, so it is empty, "
         "although cached_len counts all tokens";
  cache.insert_prefix(text, pages, {});
  EXPECT_EQ(cache.size_info(), SizeInfo{}) << "I17: no page is cached";
  EXPECT_NO_THROW(cache.same_as_snapshot()) << "I36: what the calls say is not what the manager shows";
}

TEST_F(Lab01Naive, T1_EvictsNothing) {
  cache.insert_prefix(text, pages, {});
  EXPECT_TRUE(cache.evict(0).empty()) << "evict(0) does nothing";
  SCOPED_TRACE(
      "I25: naive holds no page, so that evict(1) cannot free one and has to throw; an empty list would let "
      "the desk believe that there is room");
  expect_refused("I25", [&] { cache.evict(1); });
}

TEST_F(Lab01Naive, T1_AnEmptyHandleDoesNothing) {
  EXPECT_NO_THROW(cache.lock_handle({})) << "an empty handle locks nothing, on any manager: the desk relies on it";
  EXPECT_NO_THROW(cache.unlock_handle({})) << "an empty handle unlocks nothing, on any manager";
  EXPECT_NO_THROW(cache.copy_pages({}, {})) << "an empty handle names no page";
}

TEST_F(Lab01Naive, T1_AnyOtherHandleIsRefused) {
  std::vector<PageId> out(1);
  const CacheHandle invented{4, 1, 1};
  SCOPED_TRACE(
      "I28: naive has given out no handle of 4 tokens; whoever brings one has it from elsewhere, and must be "
      "told, by a message that begins with I28");
  expect_refused(
      "I28", [&] { manager.lock_handle(invented); }, "lock_handle of a handle that is not empty");
  expect_refused(
      "I28", [&] { manager.unlock_handle(invented); }, "unlock_handle of a handle that is not empty");
  expect_refused(
      "I28", [&] { manager.copy_pages(invented, out); }, "copy_pages of a handle that is not empty");
  expect_refused(
      "I28", [&] { manager.insert_prefix(text, pages, invented); }, "insert_prefix from a handle that is not empty");
}

TEST_F(Lab01Naive, GivenItKeepsNoPriorities) { EXPECT_THROW(cache.retain({}, 1, 1), std::logic_error); }

}  // namespace
}  // namespace radixlab
