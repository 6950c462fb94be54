// Chapter 05, tasks 5.4-5.6: who uses a node, and which goes first. The manager is watched: each call is checked too. A
// text has a page a token; an insert brings pages of its own, numbered from `first` on.
#include "05-radix-tree/radix_cache_manager.hpp"

#include <gmock/gmock.h>
#include <numeric>

#include "testing/expect_refused.hpp"
#include "testing/failure_story.hpp"
#include "testing/own_process.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

class Lab05 : public testing::Test {
 protected:
  RadixCacheManager manager;
  Story cache{manager, 1, false};
  FailureStory failure{cache};

  static Pages pages_from(PageId first, std::size_t n) {
    Pages pages(n);
    std::iota(pages.begin(), pages.end(), first);
    return pages;
  }
  CacheHandle insert(const Text& tokens, PageId first, const CacheHandle& from = {}) {
    return cache.insert_prefix(tokens, pages_from(first, tokens.size()), from).handle;
  }
  std::size_t match(const Text& tokens) { return cache.match_prefix(tokens).cached_len; }
  Pages pages_of(const CacheHandle& handle) const {
    Pages pages(handle.cached_len);
    cache.copy_pages(handle, pages);
    return pages;
  }
  void expect_sizes(std::size_t evictable, std::size_t locked, const char* why) const {
    const SizeInfo sizes = cache.size_info();
    EXPECT_TRUE(sizes == (SizeInfo{evictable, locked}))
        << "I17: expected " << evictable << " evictable and " << locked << " protected pages, found "
        << sizes.evictable_size << " and " << sizes.protected_size << ": " << why;
  }
  // The one node that ends with this token.
  NodeView node(TokenId last) const {
    for (const NodeView& n : cache.snapshot().nodes)
      if (n.tokens.back() == last) return n;
    ADD_FAILURE() << "no node ends with token " << last;
    return {};
  }
  void TearDown() override {
    cache.check_integrity();
    cache.same_as_snapshot();
  }
};

TEST_F(Lab05, T2_SplitKeepsLocks) {
  const CacheHandle h = insert({7, 7, 3, 1}, 0);
  cache.lock_handle(h);
  insert({7, 7, 9}, 10);
  expect_sizes(1, 4, "7 7 3 1 was locked, and cut into 7 7 and 3 1: both are locked still");
  cache.check_integrity();
  cache.unlock_handle(h);
  expect_sizes(5, 0, "one lock was taken before the split, and one unlock ends it, in both halves (I13)");
}

TEST_F(Lab05, T2_SplitKeepsTheAgeOfWhatWasNotMatched) {
  insert({7, 7, 3, 1}, 0);
  insert({5, 5}, 10);
  match({7, 7});
  EXPECT_EQ(cache.evict(1), (Pages{2, 3})) << "I14: the look-up of 7 7 has cut 7 7 3 1; it used 7 7 alone, so that 3 1 "
                                              "is as old as it was, and older than 5 5";
  EXPECT_EQ(cache.evict(1), (Pages{10, 11})) << "I14: 7 7 was used after 5 5";
}

TEST_F(Lab05, T2_TheUpperHalfIsNoLeaf) {
  insert({7, 7, 3, 1}, 0);
  match({7, 7});
  EXPECT_FALSE(node(7).evictable) << "I6: a child hangs below 7 7, so that it does not stand in the eviction order";
  EXPECT_TRUE(node(1).evictable) << "I6: 3 1 is an unlocked leaf, and keeps its place in the eviction order";
}

TEST_F(Lab05, T4_TheMatchedNodeItselfIsLocked) {
  const CacheHandle h = insert({1, 2}, 0);
  cache.lock_handle(h);
  expect_sizes(0, 2, "the handle names 1 2, so that the node of 1 2 itself is locked, and not only what is above it");
  cache.unlock_handle(h);
  expect_sizes(2, 0, "it was locked once, and unlocked");
}

TEST_F(Lab05, T4_ALockHoldsAllAboveIt) {
  const CacheHandle above = insert({1, 2}, 0);
  const CacheHandle below = insert({1, 2, 3}, 0, above);
  cache.lock_handle(below);
  expect_sizes(0, 3, "who reads 3 reads 1 2 before it: a lock is counted on every node from there to the root");
  cache.lock_handle(above);
  cache.unlock_handle(below);
  expect_sizes(1, 2, "1 2 was locked twice, for 3 and for itself, and was unlocked once (I16)");
  cache.unlock_handle(above);
  expect_sizes(3, 0, "every lock has had its unlock");
}

TEST_F(Lab05, T4_LocksAreCounted) {
  const CacheHandle h = insert({1, 2}, 0);
  cache.lock_handle(h);
  cache.lock_handle(h);
  expect_sizes(0, 2,
               "two requests have locked 1 2, but these are two pages, and not four: they move at the first lock");
  cache.unlock_handle(h);
  expect_sizes(0, 2, "one of the two requests still reads them: pages move back at the last unlock");
  cache.unlock_handle(h);
  expect_sizes(2, 0, "the second request is done, too");
}

TEST_F(Lab05, T4_EveryLockIsCountedToTheRoot) {
  const CacheHandle above = insert({1, 2}, 0);
  const CacheHandle below = insert({1, 2, 3}, 0, above);
  for (int request = 0; request < 2; ++request) cache.lock_handle(below);
  EXPECT_EQ(node(3).use.ref_count, 2u) << "I16: two requests have locked 1 2 3";
  EXPECT_EQ(node(2).use.ref_count, 2u) << "I16: a node has the locks that end there, and those of all its children: "
                                          "every lock goes up to the root, also "
                                          "through nodes that are locked already";
  for (int request = 0; request < 2; ++request) cache.unlock_handle(below);
  expect_sizes(3, 0, "two locks, and two unlocks: all of it may go again");
}

TEST_F(Lab05, T4_ALockedLeafIsNotEvicted) {
  const CacheHandle oldest = insert({1, 1}, 0);
  insert({2, 2}, 2);
  cache.lock_handle(oldest);
  EXPECT_FALSE(node(1).evictable) << "I6: a locked leaf leaves the eviction order";
  EXPECT_EQ(cache.evict(1), (Pages{2, 3})) << "I19: 1 1 is older, but locked: 2 2 goes";
  expect_refused("I25", [&] { cache.evict(1); });
  cache.unlock_handle(oldest);
  EXPECT_EQ(cache.evict(1), (Pages{0, 1})) << "I6: unlocked, 1 1 is a candidate again";
}

TEST_F(Lab05, T4_OnlyLeavesComeBackIntoTheOrder) {
  const CacheHandle above = insert({1, 2}, 0);
  const CacheHandle below = insert({1, 2, 3}, 0, above);
  cache.lock_handle(below);
  cache.unlock_handle(below);
  EXPECT_FALSE(node(2).evictable)
      << "I6: 3 hangs below 1 2, so that 1 2 must not come into the eviction order: evicted, "
         "it would take the way to 3 with it (S4)";
  EXPECT_TRUE(node(3).evictable) << "I6: 3 is a leaf, and nobody holds it: it comes back into the eviction order";
}

TEST_F(Lab05, T4_ALockIsNoUse) {
  insert({1, 1}, 0);
  const CacheHandle second = insert({2, 2}, 2);
  const CacheHandle first = cache.match_prefix(Text{1, 1});
  cache.lock_handle(second);
  cache.unlock_handle(second);
  cache.lock_handle(first);
  cache.unlock_handle(first);
  EXPECT_EQ(cache.evict(1), (Pages{2, 3}))
      << "2 2 is the least recently used: look-ups and inserts are uses, locks and "
         "unlocks are not";
}

TEST_F(Lab05, T4_UnlockTooOftenIsRefused) {
  const CacheHandle h = insert({1, 2}, 0);
  const Snapshot before = cache.snapshot();
  {
    SCOPED_TRACE("I18: 1 2 is unlocked, but nobody has locked it");
    expect_refused("I18", [&] { cache.unlock_handle(h); });
  }
  EXPECT_EQ(cache.snapshot(), before)
      << "a call that is refused changes nothing: ask whether there is a lock before you take one away";
}

TEST_F(Lab05, T4_AnEmptyHandleLocksNothing) {
  insert({1, 2}, 0);
  EXPECT_NO_THROW(cache.lock_handle({})) << "nothing was found, and nothing is locked: an empty handle is no error";
  EXPECT_NO_THROW(cache.unlock_handle({})) << "an empty handle unlocks nothing, and is no error";
  expect_sizes(2, 0, "an empty handle locks nothing");
}

TEST_F(Lab05, T4_AStaleHandleIsRefused) {
  const CacheHandle gone = insert({1, 2}, 0);
  cache.evict(2);
  insert({3, 4}, 0);
  SCOPED_TRACE("I28: 1 2 was evicted, and its node's name may be another's by now: ask tree_.node, which knows");
  expect_refused(
      "I28", [&] { cache.lock_handle(gone); }, "lock_handle");
  expect_refused(
      "I28", [&] { cache.unlock_handle(gone); }, "unlock_handle");
  expect_sizes(2, 0, "a call that is refused changes nothing");
}

TEST_F(Lab05, T5_OldestLeafGoesFirst) {
  insert({1, 1}, 0);
  insert({2, 2}, 2);
  insert({3, 3}, 4);
  match({1, 1});
  EXPECT_EQ(cache.evict(1), (Pages{2, 3})) << "2 2 is the least recently used: 1 1 was looked up after it";
  EXPECT_EQ(cache.evict(1), (Pages{4, 5})) << "then 3 3";
  EXPECT_EQ(cache.evict(2), (Pages{0, 1})) << "1 1 was used last, and goes last";
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
    ASSERT_NE(first, nullptr) << "I6: pages are evictable, but no leaf stands in the eviction order";
    ASSERT_EQ(cache.evict(1), first->pages)
        << "I29: the victim is the unlocked leaf that was not used for longest, here node " << first->id;
  }
}

TEST_F(Lab05, T5_ParentGoesAfterItsLastChild) {
  insert({1, 2, 3}, 0);
  insert({1, 2, 4}, 10);
  EXPECT_EQ(cache.evict(4), (Pages{2, 12, 0, 1}))
      << "I26: 3 and 4 are leaves; with the last of them gone 1 2 is a leaf, too, and its turn comes in the same evict";
  expect_sizes(0, 0, "all four pages are gone");
}

TEST_F(Lab05, T5_AParentWithAnotherChildStays) {
  insert({1, 2, 3}, 0);
  insert({1, 2, 4}, 10);
  cache.evict(1);
  EXPECT_FALSE(node(2).evictable) << "I26: 3 is gone, but 4 still hangs below 1 2: it is no leaf";
}

TEST_F(Lab05, T5_ALockedParentStays) {
  const CacheHandle above = insert({1, 2}, 0);
  insert({1, 2, 3}, 0, above);
  insert({9, 9}, 10);
  cache.lock_handle(above);
  EXPECT_EQ(cache.evict(1), Pages{2}) << "I26: 3 is the oldest unlocked leaf";
  EXPECT_FALSE(node(2).evictable)
      << "I19: 3 was the last child of 1 2, but 1 2 is locked: a locked node never comes into "
         "the eviction order. unlock_handle puts it there";
  expect_sizes(2, 2, "1 2 is locked, 9 9 is not");
  EXPECT_EQ(cache.evict(1), (Pages{10, 11})) << "I19: 1 2 is older than 9 9, but it is locked: it must not go";
  cache.unlock_handle(above);
  EXPECT_EQ(cache.evict(1), (Pages{0, 1})) << "I6: unlocked, 1 2 is a candidate";
}

TEST_F(Lab05, T5_EveryPageIsFreedOnce) {
  insert({1, 1}, 0);
  insert({2, 2}, 2);
  insert({3, 3}, 4);
  EXPECT_EQ(cache.evict(5), (Pages{0, 1, 2, 3, 4, 5}))
      << "I28: five pages are needed and leaves go whole, two pages each: three leaves, every page of them once";
}

TEST_F(Lab05, T5_NoNodeMoreThanIsNeeded) {
  insert({1, 1}, 0);
  insert({2, 2}, 2);
  EXPECT_EQ(cache.evict(2), (Pages{0, 1})) << "I25: two pages were asked for, and 1 1 has two: 2 2 stays cached";
  expect_sizes(2, 0, "2 2 is still cached");
}

TEST_F(Lab05, T5_PagesAreCountedNotTokens) {
  RadixCacheManager pages_of_four({.page_size = 4});
  for (const TokenId t : {0, 1, 2}) pages_of_four.insert_prefix(Text{t, t, t, t}, Pages{static_cast<PageId>(t)}, {});
  EXPECT_EQ(pages_of_four.evict(2), (Pages{0, 1}))
      << "I25: two pages were asked for; a page holds four tokens here, but what is counted is pages";
}

TEST_F(Lab05, T5_TooMuchIsRefused) {
  insert({1, 2, 3}, 0);
  const Snapshot before = cache.snapshot();
  EXPECT_TRUE(cache.evict(0).empty()) << "I25: no page was asked for: evict(0) does nothing";
  expect_refused("I25", [&] { cache.evict(4); });
  EXPECT_EQ(cache.snapshot(), before) << "I25: evict frees what is asked for, or throws and changes nothing";
  EXPECT_EQ(match({1, 2, 3}), 3u) << "I25: nothing was evicted, so all of it is found";
}

TEST_F(Lab05, T5_LockedPagesAreNotPromised) {
  const CacheHandle locked = insert({1, 2, 3}, 0);
  insert({9}, 10);
  cache.lock_handle(locked);
  const Snapshot before = cache.snapshot();
  expect_refused("I25", [&] { cache.evict(2); });
  EXPECT_EQ(cache.snapshot(), before)
      << "I25: of four pages three are locked, so that two cannot be had: throw before the first one goes";
  cache.unlock_handle(locked);
}

TEST_F(Lab05, T5_AStaleHandleIsRefused) {
  const CacheHandle gone = insert({1, 2}, 0);
  cache.evict(2);
  Pages out(2);
  SCOPED_TRACE("I28: 1 2 was evicted, so that a handle on it must be refused: tree_.remove_leaf ends the node's name");
  expect_refused(
      "I28", [&] { cache.copy_pages(gone, out); }, "copy_pages");
  insert({3, 4}, 2);  // the name may be in use again
  expect_refused(
      "I28", [&] { cache.lock_handle(gone); }, "lock_handle");
}

// The root of a tenant goes with its last leaf.
TEST_F(Lab05, T5_TheRootIsNoVictim) {
  RadixCacheManager alone;
  for (const std::uint32_t salt : {1U, 2U}) alone.insert_prefix({Text{1, 2}, salt}, pages_from(2 * salt, 2), {});
  alone.evict(0);  // says here that it is not written yet
  const End end = in_a_process_of_its_own([&] {
    return alone.evict(2) == Pages{2, 3} && alone.evict(2) == Pages{4, 5} && alone.size_info() == SizeInfo{};
  });
  EXPECT_EQ(end, End::right)
      << "two tenants have a leaf each, and both leaves go, one by one: expected pages 2 3, then "
         "4 5; the evict crashes or frees others. I1: a root holds no page and is never evicted, so "
         "it must not come into the eviction order when its last child is gone";
}

TEST_F(Lab05, T6_InsertReportsWhatWasCached) {
  insert({1, 2, 3}, 0);
  const InsertResult r = cache.insert_prefix(Text{1, 2, 3, 4}, Pages{10, 11, 12, 13}, {});
  EXPECT_EQ(r.cached_len, 3u) << "three of the four tokens were cached before";
  EXPECT_EQ(pages_of(r.handle), (Pages{0, 1, 2, 13}))
      << "I22: of the first three tokens the pages that were there first stay, and the caller's page 13 is taken";
  expect_sizes(4, 0, "three pages were there, and one came");
}

TEST_F(Lab05, T6_WhatIsThereTakesNoPage) {
  insert({1, 2, 3}, 0);
  const InsertResult again = cache.insert_prefix(Text{1, 2, 3}, Pages{10, 11, 12}, {});
  EXPECT_EQ(again.cached_len, 3u) << "all of it was cached before";
  EXPECT_EQ(pages_of(again.handle), (Pages{0, 1, 2})) << "I22: someone was first: the caller keeps pages 10 to 12";
  const InsertResult part = cache.insert_prefix(Text{1, 2}, Pages{20, 21}, {});
  EXPECT_EQ(pages_of(part.handle), (Pages{0, 1})) << "I24: a prefix of a cached text is cached";
  expect_sizes(3, 0, "the same text took no second page");
}

TEST_F(Lab05, T6_InsertResumesAtAHandle) {
  const CacheHandle first = insert({1, 2}, 0);
  const CacheHandle second = insert({1, 2, 3, 4}, 0, first);
  EXPECT_EQ(second.cached_len, 4u) << "the handle names all four tokens, those before `from`, too";
  EXPECT_EQ(pages_of(second), (Pages{0, 1, 2, 3})) << "the chunk's pages come behind those of the first chunk";
  EXPECT_EQ(cache.snapshot().nodes.size(), 2u) << "1 2, and 3 4 below it";
}

TEST_F(Lab05, T6_SomeoneWentFurther) {
  const CacheHandle mine = insert({1, 2}, 0);
  insert({1, 2, 3, 4}, 10);  // another request with this text, a chunk ahead
  const InsertResult r = cache.insert_prefix(Text{1, 2, 3, 4, 5}, pages_from(20, 5), mine);
  EXPECT_EQ(r.cached_len, 4u) << "I24: `from` names two tokens, but four were cached before this insert: look up what "
                                 "lies behind `from`, too";
  EXPECT_EQ(pages_of(r.handle), (Pages{0, 1, 12, 13, 24})) << "I22: someone was first with 3 4, and page 24 is new";
}

TEST_F(Lab05, T6_TheWalkBeginsAtTheHandle) {
  RadixCacheManager alone;
  const Text all = {1, 2, 3, 4, 5, 6}, end = {-1, -1, -1, -1, 5, 6};
  const CacheHandle first = alone.insert_prefix(Text{1, 2, 3, 4}, pages_from(0, 4), {}).handle;
  const InsertResult r = alone.insert_prefix(end, pages_from(0, 6), first);
  const char* const why =
      "an insert resumes at `from`, so that a chunk costs what it adds (resume() says where): the "
      "tokens before it are not read again. To find out, this test has put others in their place";
  EXPECT_EQ(r.cached_len, 4u) << why;
  EXPECT_EQ(alone.match_prefix(all).cached_len, 6u) << "the chunk was not hung below `from`: " << why;
}

TEST_F(Lab05, T6_ANewLeafIsAsOldAsItsInsert) {
  insert({1, 1}, 0);
  insert({2, 2}, 2);
  insert({1, 1, 3}, 4);
  EXPECT_EQ(node(3).use.created, 3u) << "an insert is a tick of the clock, and this was the third: 3 was created then";
  EXPECT_EQ(node(3).use.last_used, 3u) << "a new leaf was used when it was inserted; as 0 it would go first";
  EXPECT_EQ(node(1).use.created, 1u)
      << "1 1 was created by the first insert, and that it was used again changes nothing";
  EXPECT_EQ(cache.evict(1), (Pages{2, 3})) << "2 2 was not used for longest";
}

TEST_F(Lab05, T6_AnInsertUsesAllThatItWentThrough) {
  insert({1, 1}, 0);
  const CacheHandle other = insert({2, 2}, 2);
  insert({1, 1, 3}, 4);
  EXPECT_EQ(node(1).use.last_used, 3u)
      << "the third insert went through 1 1, so that 1 1 was used at tick 3: touch() goes up to the root";
  cache.lock_handle(other);
  EXPECT_EQ(cache.evict(1), Pages{6}) << "2 2 is locked, and 3 is the only unlocked leaf";
  cache.unlock_handle(other);
  EXPECT_EQ(cache.evict(1), (Pages{2, 3})) << "1 1 was used by the third insert, and so after 2 2: 2 2 goes first";
}

TEST_F(Lab05, T6_AnInsertOfAKnownTextIsAUse) {
  insert({1, 1}, 0);
  insert({2, 2}, 2);
  insert({1, 1}, 4);
  EXPECT_EQ(node(1).use.last_used, 3u) << "1 1 was inserted again at tick 3: nothing is new, but it was used";
  EXPECT_EQ(node(1).use.created, 1u) << "1 1 was there already: it was created at tick 1, and that does not change";
  EXPECT_EQ(cache.evict(1), (Pages{2, 3})) << "1 1 was inserted again just now, so that 2 2 was not used for longest";
}

TEST_F(Lab05, T6_AChunkWithoutNewPagesIsAUse) {
  const CacheHandle first = insert({1, 1}, 0);
  insert({2, 2}, 2);
  const InsertResult r = cache.insert_prefix(Text{1, 1}, Pages{0, 1}, first);
  EXPECT_EQ(r.cached_len, 2u) << "all of it was cached before, in front of `from`";
  EXPECT_EQ(r.handle, first) << "nothing is new: the handle names what `from` names";
  EXPECT_EQ(cache.evict(1), (Pages{2, 3})) << "1 1 was inserted again just now, so that 2 2 was not used for longest";
}

TEST_F(Lab05, T6_AnInsertCountsNoHit) {
  insert({1, 1}, 0);
  insert({1, 1, 3}, 4);
  insert({1, 1, 3}, 7);
  for (const TokenId last : {1, 3})
    EXPECT_EQ(node(last).use.hits, 0u) << "hits are look-ups that were answered, and there were inserts alone";
}

TEST_F(Lab05, T6_WhoGetsAChildLeavesTheOrder) {
  const CacheHandle above = insert({1, 2}, 0);
  EXPECT_TRUE(node(2).evictable) << "I6: a new leaf that nobody has locked comes into the eviction order";
  insert({1, 2, 3}, 0, above);
  EXPECT_FALSE(node(2).evictable) << "I6: 1 2 has a child now and is no leaf: it leaves the eviction order";
  EXPECT_TRUE(node(3).evictable) << "I6: the new leaf comes into the eviction order";
  EXPECT_EQ(cache.evict(1), Pages{2}) << "I26: 3 is the only leaf";
}

TEST_F(Lab05, T6_BelowALockedPrefix) {
  const CacheHandle above = insert({1, 2}, 0);
  cache.lock_handle(above);
  const CacheHandle below = insert({1, 2, 3}, 0, above);
  expect_sizes(1, 2, "1 2 is locked; the new leaf below it is not, since no handle on it was locked");
  EXPECT_EQ(node(3).use.ref_count, 0u) << "I16: a lock is counted from its node upwards, never downwards";
  EXPECT_TRUE(node(3).evictable) << "I6: 3 is an unlocked leaf, also below a locked node: it comes into the order";
  cache.lock_handle(below);
  cache.unlock_handle(above);
  expect_sizes(0, 3, "the next chunk is locked before the last one is unlocked: nothing is free for a moment");
  cache.unlock_handle(below);
}

TEST_F(Lab05, T6_ALockedTextStaysOutOfTheOrder) {
  const CacheHandle held = insert({1, 2}, 0);
  cache.lock_handle(held);
  insert({1, 2}, 10);
  EXPECT_FALSE(node(2).evictable) << "I6: 1 2 is locked; that it was inserted again brings it into no order";
  expect_sizes(0, 2, "1 2 is locked, and nothing is new");
  cache.unlock_handle(held);
  insert({1, 2, 3}, 10);
  insert({1, 2}, 20);
  EXPECT_FALSE(node(2).evictable) << "I6: 3 hangs below 1 2; that it was inserted again brings it into no order";
}

TEST_F(Lab05, T6_TenantsShareNothing) {
  cache.insert_prefix({Text{1, 2}, 1}, Pages{0, 1}, {});
  const InsertResult other = cache.insert_prefix({Text{1, 2}, 2}, Pages{2, 3}, {});
  EXPECT_EQ(other.cached_len, 0u) << "I11: the text is cached under salt 1, and was inserted under salt 2";
  EXPECT_EQ(pages_of(other.handle), (Pages{2, 3})) << "I11: each tenant has pages of its own";
}

TEST_F(Lab05, T6_LessThanAPageIsNotKept) {
  RadixCacheManager pages_of_four({.page_size = 4});
  EXPECT_EQ(pages_of_four.insert_prefix(Text{1, 2, 3}, Pages{7}, {}).handle, CacheHandle{})
      << "three tokens fill no page of four: nothing is kept, and an empty handle says so";
  EXPECT_TRUE(pages_of_four.snapshot().nodes.empty()) << "I1: a node holds one page at least";
  const InsertResult r = pages_of_four.insert_prefix(Text{1, 2, 3, 4, 5}, Pages{7, 8}, {});
  EXPECT_EQ(r.handle.cached_len, 4u) << "I22: the second page holds one token alone: it stays the caller's";
  EXPECT_EQ(pages_of_four.size_info(), (SizeInfo{1, 0})) << "I17: one page was taken";
  const InsertResult more = pages_of_four.insert_prefix(Text{1, 2, 3, 4, 5, 6}, Pages{7, 8}, r.handle);
  EXPECT_EQ(more.handle, r.handle) << "a chunk that fills no page more changes nothing: the handle names the same";
}

TEST_F(Lab05, T6_ARefusedInsertIsNoTick) {
  insert({1, 1}, 0);
  const CacheHandle gone = insert({2, 2}, 2);
  cache.evict(2);  // 1 1
  cache.evict(2);
  expect_refused("I28", [&] { insert({2, 2, 3}, 2, gone); });
  EXPECT_TRUE(cache.snapshot().nodes.empty()) << "a call that is refused changes nothing";
  insert({4, 4}, 4);
  EXPECT_EQ(node(4).use.last_used, 3u)
      << "two inserts were made and one was refused, so that this is tick 3: the clock goes on when nothing can fail";
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

}  // namespace
}  // namespace radixlab
