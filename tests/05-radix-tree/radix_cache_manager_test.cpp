// Chapter 05, tasks 5.4-5.6: who uses a node, and which goes first. The manager is watched: each call is checked too.
#include "05-radix-tree/radix_cache_manager.hpp"

#include <gmock/gmock.h>
#include <numeric>

#include "testing/expect_refused.hpp"
#include "testing/failure_story.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

class Lab05 : public testing::Test {
 protected:
  RadixCacheManager manager;
  Story cache{manager, 1, false};
  FailureStory failure{cache};

  CacheHandle insert(const Text& tokens, PageId first, const CacheHandle& from = {}) {
    Pages pages(tokens.size());
    std::iota(pages.begin(), pages.end(), first);
    return cache.insert_prefix(tokens, pages, from).handle;
  }
  std::size_t match(const Text& tokens) { return cache.match_prefix(tokens).cached_len; }
  void TearDown() override {
    cache.check_integrity();
    cache.same_as_snapshot();
  }
};

TEST_F(Lab05, T2_SplitKeepsLocks) {
  const CacheHandle h = insert({7, 7, 3, 1}, 0);
  cache.lock_handle(h);
  insert({7, 7, 9}, 10);
  EXPECT_EQ(cache.size_info(), (SizeInfo{1, 4}));
  cache.check_integrity();
  cache.unlock_handle(h);
  EXPECT_EQ(cache.size_info(), (SizeInfo{5, 0}));
}

TEST_F(Lab05, T2_SplitKeepsTheAgeOfWhatWasNotMatched) {
  insert({7, 7, 3, 1}, 0);
  insert({5, 5}, 10);
  match({7, 7});  // splits: [7 7] is used now, [3 1] is as old as before
  EXPECT_EQ(cache.evict(1), (Pages{2, 3}));
  EXPECT_EQ(cache.evict(1), (Pages{10, 11}));
}

TEST_F(Lab05, T4_TheMatchedNodeItselfIsLocked) {
  const CacheHandle h = insert({1, 2}, 0);
  cache.lock_handle(h);
  EXPECT_EQ(cache.size_info().protected_size, 2u);
  cache.unlock_handle(h);
}

TEST_F(Lab05, T4_ALockHoldsAllAboveIt) {
  const CacheHandle above = insert({1, 2}, 0);
  const CacheHandle below = insert({1, 2, 3}, 0, above);
  cache.lock_handle(below);
  EXPECT_EQ(cache.size_info(), (SizeInfo{0, 3}));
  cache.lock_handle(above);
  cache.unlock_handle(below);
  EXPECT_EQ(cache.size_info(), (SizeInfo{1, 2}));
  cache.unlock_handle(above);
}

TEST_F(Lab05, T4_ALockedLeafIsNotEvicted) {
  const CacheHandle oldest = insert({1, 1}, 0);
  insert({2, 2}, 2);
  cache.lock_handle(oldest);
  EXPECT_EQ(cache.evict(1), (Pages{2, 3}));
  expect_refused("I25", [&] { cache.evict(1); });
  cache.unlock_handle(oldest);
  EXPECT_EQ(cache.evict(1), (Pages{0, 1}));
}

TEST_F(Lab05, T4_UnlockTooOftenIsRefused) {
  const CacheHandle h = insert({1, 2}, 0);
  expect_refused("I18", [&] { cache.unlock_handle(h); });
  EXPECT_EQ(cache.size_info(), (SizeInfo{2, 0}));
}

TEST_F(Lab05, T5_OldestLeafGoesFirst) {
  insert({1, 1}, 0);
  insert({2, 2}, 2);
  insert({3, 3}, 4);
  match({1, 1});
  EXPECT_EQ(cache.evict(1), (Pages{2, 3}));
  EXPECT_EQ(cache.evict(1), (Pages{4, 5}));
  EXPECT_EQ(cache.evict(2), (Pages{0, 1}));
}

TEST_F(Lab05, T5_TheOrderIsTheDefinition) {  // I29: brute force over the leaves that the snapshot shows
  for (TokenId i = 0; i < 40; ++i) insert({i % 4, i % 7, i % 3}, static_cast<PageId>(3 * i));
  for (TokenId i = 0; i < 9; ++i) match({i % 4, i * 5 % 7});
  while (cache.size_info().evictable_size > 0) {
    const Snapshot shot = cache.snapshot();
    const NodeView* first = nullptr;
    for (const NodeView& n : shot.nodes)
      if (n.evictable && (!first || std::pair(n.use.last_used, n.id) < std::pair(first->use.last_used, first->id)))
        first = &n;
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(cache.evict(1), first->pages);
  }
}

TEST_F(Lab05, T5_ParentGoesAfterItsLastChild) {
  insert({1, 2, 3}, 0);
  insert({1, 2, 4}, 10);
  EXPECT_EQ(cache.evict(4), (Pages{2, 12, 0, 1}));
  EXPECT_EQ(cache.size_info(), SizeInfo{});
}

TEST_F(Lab05, T5_ALockedParentStays) {
  const CacheHandle above = insert({1, 2}, 0);
  insert({1, 2, 3}, 0, above);
  cache.lock_handle(above);
  EXPECT_EQ(cache.evict(1), (Pages{2}));
  EXPECT_EQ(cache.size_info(), (SizeInfo{0, 2}));
  cache.unlock_handle(above);
}

TEST_F(Lab05, T5_EveryPageIsFreedOnce) {
  insert({1, 1}, 0);
  insert({2, 2}, 2);
  insert({3, 3}, 4);
  EXPECT_EQ(cache.evict(5), (Pages{0, 1, 2, 3, 4, 5}));  // a node at a time
}

TEST_F(Lab05, T5_TooMuchIsRefused) {
  insert({1, 2, 3}, 0);
  EXPECT_TRUE(cache.evict(0).empty());
  expect_refused("I25: asked to evict 4 pages, 3 are evictable", [&] { cache.evict(4); });
  EXPECT_EQ(match({1, 2, 3}), 3u);
}

TEST_F(Lab05, T5_AStaleHandleIsRefused) {
  const CacheHandle gone = insert({1, 2}, 0);
  cache.evict(2);
  Pages out(2);
  expect_refused("I28", [&] { cache.copy_pages(gone, out); });
  insert({3, 4}, 2);  // the name may be in use again
  expect_refused("I28", [&] { cache.lock_handle(gone); });
}

TEST_F(Lab05, T6_InsertReportsWhatWasCached) {
  insert({1, 2, 3}, 0);
  const Text longer = {1, 2, 3, 4};
  const InsertResult r = cache.insert_prefix(longer, Pages{10, 11, 12, 13}, {});
  EXPECT_EQ(r.cached_len, 3u);
  Pages named(4);
  cache.copy_pages(r.handle, named);
  EXPECT_EQ(named, (Pages{0, 1, 2, 13}));
}

TEST_F(Lab05, T6_InsertResumesAtAHandle) {
  const CacheHandle first = insert({1, 2}, 0);
  const CacheHandle second = insert({1, 2, 3, 4}, 0, first);
  EXPECT_EQ(second.cached_len, 4u);
  EXPECT_EQ(cache.snapshot().nodes.size(), 2u);
}

TEST_F(Lab05, T6_ANewLeafIsAsOldAsItsInsert) {
  insert({1, 1}, 0);
  insert({2, 2}, 2);
  insert({1, 1, 1}, 4);  // 1 1 was used by this
  EXPECT_EQ(cache.evict(1), (Pages{2, 3}));
  const Snapshot shot = cache.snapshot();
  EXPECT_EQ(shot.nodes.back().use.created, 3u);
}

TEST_F(Lab05, T6_LessThanAPageIsNotKept) {
  RadixCacheManager pages_of_four({.page_size = 4});
  EXPECT_EQ(pages_of_four.insert_prefix(Text{1, 2, 3}, Pages{7}, {}).handle, CacheHandle{});
  const InsertResult r = pages_of_four.insert_prefix(Text{1, 2, 3, 4, 5}, Pages{7, 8}, {});
  EXPECT_EQ(r.handle.cached_len, 4u);
  EXPECT_EQ(pages_of_four.size_info(), (SizeInfo{1, 0}));
}

TEST_F(Lab05, GivenHitsAndRetain) {
  const CacheHandle h = insert({1, 2, 3}, 0);
  match({1, 2, 3});
  match({1, 2});
  match({1, 2, 3});
  cache.retain(h, 9, 100);
  const Snapshot shot = cache.snapshot();
  ASSERT_EQ(shot.nodes.size(), 2u);
  EXPECT_EQ(shot.nodes[0].use.hits, 3u) << "the second ended here, the third went through";
  EXPECT_EQ(shot.nodes[1].use.hits, 2u);
  EXPECT_EQ(shot.nodes[0].use.priority, 9);
  for (const NodeView& node : shot.nodes) EXPECT_EQ(node.use.expires, shot.nodes[1].use.last_used + 100) << node.id;
}

TEST_F(Lab05, GivenRetainForEver) {
  const CacheHandle h = insert({1, 2, 3}, 0);
  cache.retain(h, 9, UINT64_MAX);
  EXPECT_EQ(cache.snapshot().nodes[0].use.expires, UINT64_MAX);
}

TEST_F(Lab05, GivenPagesGetOtherNames) {
  const CacheHandle h = insert({7, 7, 3, 1}, 0);
  insert({7, 7, 9}, 10);  // names page 12; the first two pages and the last two share a run
  cache.lock_handle(h);
  const PageMove moves[] = {{1, 20}, {3, 12}, {12, 3}, {50, 51}};  // two change places; 50 is not cached
  cache.rename_pages(moves);
  Pages named(4);
  cache.copy_pages(h, named);
  EXPECT_EQ(named, (Pages{0, 20, 2, 12}));
  EXPECT_EQ(cache.evict(1), Pages{3});
  cache.unlock_handle(h);
  cache.same_as_snapshot();
}

TEST_F(Lab05, GivenTwoPagesCannotGetOneName) {
  insert({7, 7, 3, 1}, 0);
  insert({9, 9}, 20);
  insert({8, 8}, 30);
  const Snapshot before = cache.snapshot();
  const std::vector<PageMove> lists[] = {{{0, 8}, {1, 3}},    // taken, in the same node
                                         {{0, 8}, {20, 31}},  // in another one, which stays as it is
                                         {{0, 8}, {1, 21}},   // or comes later
                                         {{0, 8}, {1, 8}},    // two go there
                                         {{0, 8}, {20, 8}},   // from two nodes
                                         {{0, 8}, {0, 9}}};   // one goes to two places
  for (const std::vector<PageMove>& moves : lists) {
    expect_refused("I31", [&] { cache.rename_pages(moves); });
    EXPECT_EQ(cache.snapshot(), before);
  }
}

TEST_F(Lab05, GivenTheHandleOfWholePages) {
  const CacheHandle h = insert({7, 7, 3, 1}, 0);
  EXPECT_EQ(cache.whole_pages(h), h);
  EXPECT_EQ(cache.whole_pages({}), CacheHandle{});
  cache.evict(4);
  expect_refused("I28", [&] { cache.whole_pages(h); });
}

class Lab05Partial : public testing::Test {
 protected:
  RadixCacheManager manager{{.page_size = 4, .partial_hits = true}};
  Story cache{manager, 4, true};
  FailureStory failure{cache};
};

TEST_F(Lab05Partial, GivenAPartialHitIsAUse) {
  cache.insert_prefix(Text{1, 2, 3, 4}, Pages{0}, {});
  cache.insert_prefix(Text{9, 9, 9, 9}, Pages{1}, {});
  cache.match_prefix(Text{1, 2, 3});
  EXPECT_EQ(cache.snapshot().nodes[0].use.hits, 1u) << "the answer names this node";
  EXPECT_EQ(cache.evict(1), Pages{1}) << "page 0 was used after page 1";
}

TEST_F(Lab05Partial, GivenTheWholePagesOfAPartialHit) {
  const CacheHandle whole = cache.insert_prefix(Text{1, 2, 3, 4, 5, 6, 7, 8}, Pages{0, 1}, {}).handle;
  EXPECT_EQ(cache.whole_pages(cache.match_prefix(Text{1, 2, 9})), CacheHandle{}) << "no page of it is whole";
  const CacheHandle part = cache.match_prefix(Text{1, 2, 3, 4, 5, 9});
  EXPECT_EQ(part.cached_len, 5u);
  EXPECT_EQ(cache.whole_pages(part), cache.match_prefix(Text{1, 2, 3, 4}));
  EXPECT_EQ(cache.whole_pages(whole), whole);
}

TEST_F(Lab05Partial, GivenAPartialHitNamesTheLongestChild) {
  cache.insert_prefix(Text{1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9}, Pages{0, 1, 2}, {});
  cache.insert_prefix(Text{1, 2, 3, 4, 5, 6, 0, 0}, Pages{10, 11}, {});
  const CacheHandle h = cache.match_prefix(Text{1, 2, 3, 4, 5, 6, 7, 1});
  EXPECT_EQ(h.cached_len, 7u);
  Pages named(2);
  cache.copy_pages(h, named);
  EXPECT_EQ(named, (Pages{0, 1}));
  cache.lock_handle(h);
  cache.match_prefix(Text{1, 2, 3, 4, 5, 9});  // I15: a page cannot be split again
  EXPECT_EQ(cache.size_info(), (SizeInfo{2, 2}));
  cache.unlock_handle(h);
  cache.same_as_snapshot();
}

TEST_F(Lab05Partial, GivenOfEqualPartialHitsTheFirstInOrder) {
  for (TokenId second = 40; second > 10; --second)
    cache.insert_prefix(Text{1, second, 0, 0}, Pages{static_cast<PageId>(second)}, {});
  Pages named(1);
  cache.copy_pages(cache.match_prefix(Text{1, 2, 3, 4}), named);
  EXPECT_EQ(named, Pages{11}) << "I27: wherever the table of children keeps them";
}

}  // namespace
}  // namespace radixlab
