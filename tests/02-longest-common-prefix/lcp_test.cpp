// Chapter 02, tasks 2.3-2.6: the manager that compares with every text it has kept. It is watched: each call is checked
// against brute force too.
#include <gmock/gmock.h>
#include <numeric>

#include "02-longest-common-prefix/lcp_cache_manager.hpp"
#include "testing/expect_refused.hpp"
#include "testing/failure_story.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

// Pages of two tokens. An insert brings pages of its own, numbered from `first` on.
class Lab02 : public testing::Test {
 protected:
  LcpCacheManager manager{2};
  Story cache{manager, 2, false};
  FailureStory failure{cache};

  InsertResult insert(const Text& tokens, PageId first, std::uint32_t salt = 0, const CacheHandle& from = {}) {
    Pages pages((tokens.size() + 1) / 2);
    std::iota(pages.begin(), pages.end(), first);
    return cache.insert_prefix({tokens, salt}, pages, from);
  }
  CacheHandle match(const Text& tokens, std::uint32_t salt = 0) { return cache.match_prefix({tokens, salt}); }
  Pages pages_of(const CacheHandle& handle) const {
    Pages pages(handle.cached_len / 2);
    cache.copy_pages(handle, pages);
    return pages;
  }
  void expect_sizes(std::size_t evictable, std::size_t locked, const char* why) const {
    const SizeInfo sizes = cache.size_info();
    EXPECT_TRUE(sizes == (SizeInfo{evictable, locked}))
        << "I17: expected " << evictable << " evictable and " << locked << " protected pages, got "
        << sizes.evictable_size << " and " << sizes.protected_size << ": " << why;
  }
  void TearDown() override {
    cache.check_integrity();
    cache.same_as_snapshot();
  }
};

TEST_F(Lab02, T3_FindsTheLongestOfAllEntries) {
  insert({1, 2, 3, 4}, 0);
  insert({1, 2, 5, 6, 7, 8}, 10);
  insert({9, 9}, 20);
  EXPECT_EQ(match({1, 2, 5, 6, 7, 8, 0, 0}).cached_len, 6u)
      << "three entries are stored; the second one has all its 6 tokens in common with the text";
  EXPECT_EQ(match({1, 2, 3, 4, 5}).cached_len, 4u) << "the first entry, all of it";
  EXPECT_EQ(match({9, 9, 1, 2}).cached_len, 2u) << "the third entry, all of it";
  EXPECT_EQ(match({8, 8}), CacheHandle{}) << "no entry begins so: the empty handle";
  EXPECT_EQ(match({}), CacheHandle{}) << "an empty text has no prefix: the empty handle";
}

TEST_F(Lab02, T3_HitsAreWholePages) {
  insert({1, 2, 3, 4, 5, 6}, 0);
  EXPECT_EQ(match({1, 2, 3, 4, 5, 9}).cached_len, 4u)
      << "I8: 5 tokens are in common, and a page has 2: the hit is cut down to whole pages, 4 tokens";
  EXPECT_EQ(match({1, 2, 3}).cached_len, 2u) << "I8: 3 tokens are in common, one whole page";
  EXPECT_EQ(match({1, 9}), CacheHandle{}) << "I8: less than a page is in common, so nothing is: the empty handle";
}

TEST_F(Lab02, T3_TwoTenantsShareNothing) {
  const Text text = {1, 2, 3, 4};
  insert(text, 0, 1);
  EXPECT_EQ(manager.match_prefix({text, 2}), CacheHandle{}) << "I11: the text is stored under salt 1, and salt 2 asks";
  EXPECT_EQ(manager.match_prefix({text, 0}), CacheHandle{}) << "I11: salt 0 is a salt like any other";
  EXPECT_EQ(match(text, 1).cached_len, 4u) << "under its own salt it is found";
}

TEST_F(Lab02, T3_AHitLeavesATimeAndACount) {
  insert({1, 1}, 0);
  insert({2, 2}, 1);
  match({1, 1});
  const std::vector<NodeView> nodes = cache.snapshot().nodes;  // in the order of their texts
  ASSERT_EQ(nodes.size(), 2u) << "two entries of a page each were stored";
  EXPECT_GT(nodes[0].use.last_used, nodes[1].use.last_used)
      << "[1 1] was stored before [2 2] and looked up behind it: has the hit written down its time?";
  EXPECT_EQ(nodes[0].use.hits, 1u) << "one look-up ended in [1 1]: its use counts one hit";
  EXPECT_EQ(nodes[1].use.hits, 0u) << "no look-up ended in [2 2]: storing an entry is no hit";
}

TEST_F(Lab02, T3_AHitMakesItsEntryYoung) {
  insert({1, 1}, 0);
  insert({2, 2}, 1);
  match({1, 1});
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(1))
      << "[1 1] was stored first and looked up last, so [2 2] is the oldest now: has the order been told of the hit "
         "(touch)?";
}

TEST_F(Lab02, T3_CopiesThePagesOfAPrefix) {
  insert({1, 2, 3, 4, 5, 6}, 10);
  EXPECT_THAT(pages_of(match({1, 2, 3, 4})), testing::ElementsAre(10, 11))
      << "I10: the handle is 4 tokens long, so it names the first two of its entry's three pages, in order";
  Pages out(3);
  const CacheHandle two = match({1, 2, 3, 4});
  EXPECT_THROW(cache.copy_pages(two, out), std::invalid_argument)
      << "a handle of 4 tokens names 2 pages; there is room for 3: check_copy_arguments says so";
}

TEST_F(Lab02, T3_RefusesAHandleThatNamesNothing) {
  const CacheHandle held = insert({1, 2, 3, 4}, 0).handle;
  Pages out(1);
  SCOPED_TRACE("I28: the handle is invented, or its entry is gone; `at` knows which handles are good");
  expect_refused("I28", [&] { cache.copy_pages({2, held.node + 1, held.generation}, out); });
  expect_refused("I28", [&] { cache.copy_pages({2, held.node, held.generation + 1}, out); });
  out.resize(3);
  expect_refused("I28", [&] { cache.copy_pages({6, held.node, held.generation}, out); });
}

TEST_F(Lab02, T4_StoresWholePages) {
  const InsertResult stored = insert({1, 2, 3, 4, 5}, 0);
  EXPECT_EQ(stored.cached_len, 0u) << "nothing of it was cached before";
  EXPECT_EQ(stored.handle.cached_len, 4u) << "I22: the third page has one token of two, so it stays the caller's";
  EXPECT_THAT(pages_of(stored.handle), testing::ElementsAre(0, 1));
  expect_sizes(2, 0, "two whole pages were stored, and nobody has locked them");
  EXPECT_EQ(insert({7}, 5).handle, CacheHandle{}) << "a text shorter than a page is not stored";
  EXPECT_EQ(insert({}, 5).handle, CacheHandle{}) << "nor is an empty one";
  expect_sizes(2, 0, "no whole page came since");
}

TEST_F(Lab02, T4_NamesThePagesThatAreThere) {
  insert({1, 2, 3, 4, 5, 6}, 0);
  const InsertResult second = insert({1, 2, 3, 4, 7, 8}, 10);
  EXPECT_EQ(second.cached_len, 4u) << "the first four tokens were cached: the insert says so";
  EXPECT_THAT(pages_of(second.handle), testing::ElementsAre(0, 1, 12))
      << "I21: someone was first with tokens 0-3, so the entry names pages 0 and 1 and not the caller's 10 and 11; "
         "only 12 is given";
  expect_sizes(4, 0, "pages 0, 1, 2 and 12 are cached; that two entries name 0 and 1 makes no second page of them");
}

TEST_F(Lab02, T4_WhatIsStoredIsNotStoredTwice) {
  const CacheHandle first = insert({1, 2, 3, 4}, 0).handle;
  const InsertResult again = insert({1, 2, 3, 4}, 10);
  EXPECT_EQ(again.cached_len, 4u);
  EXPECT_EQ(again.handle, first) << "an equal text is no second entry, which every look-up would compare with too";
  EXPECT_THAT(pages_of(again.handle), testing::ElementsAre(0, 1)) << "I22: an equal text changes no owner";
  const InsertResult part = insert({1, 2}, 20);
  EXPECT_EQ(part.handle.cached_len, 2u) << "the handle is as long as what was inserted, not as the entry it lies in";
  EXPECT_THAT(pages_of(part.handle), testing::ElementsAre(0));
  EXPECT_EQ(part.handle.node, first.node) << "a prefix of an entry is found in it, and is no entry of its own";
  expect_sizes(2, 0, "twice nothing new came");
}

TEST_F(Lab02, T4_EachOwnerCounts) {
  insert({1, 2, 3, 4}, 0);
  insert({1, 2, 5, 6}, 10);  // names 0 and 11
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(1))
      << "I3: the insert makes the second entry an owner of page 0 too, so the first one's end does not free it";
}

// The walk of a tree may resume at `from`; a scan that trusts it alone misses what another entry has.
TEST_F(Lab02, T4_AnotherEntryMayHaveMore) {
  const CacheHandle from = insert({1, 2}, 0).handle;  // good until the next evict
  insert({1, 2, 3, 4}, 10);
  const InsertResult late = insert({1, 2, 3, 4, 5, 6}, 20, 0, from);
  EXPECT_EQ(late.cached_len, 4u)
      << "the caller comes from a handle of 2 tokens, and meanwhile another has stored 4 of its 6: the scan decides";
  EXPECT_THAT(pages_of(late.handle), testing::ElementsAre(0, 11, 22))
      << "I3: one page a prefix. Page 11 holds tokens 2 and 3 already, so the caller's 21 is not taken";
}

TEST_F(Lab02, T4_AnEntryKnowsItsTimes) {
  insert({1, 1}, 0);
  insert({2, 2}, 1);
  insert({1, 1}, 2);
  const std::vector<NodeView> nodes = cache.snapshot().nodes;  // in the order of their texts
  ASSERT_EQ(nodes.size(), 2u) << "two texts were stored, one of them twice";
  EXPECT_LT(nodes[0].use.created, nodes[1].use.created)
      << "[1 1] was stored before [2 2]: an entry notes when it was created, and an insert of the same text changes "
         "nothing in that";
  EXPECT_GT(nodes[0].use.last_used, nodes[1].use.last_used) << "[1 1] was inserted once more, and so used, last of all";
}

TEST_F(Lab02, T4_ARenewedEntryIsYoung) {
  insert({1, 1}, 0);
  insert({2, 2}, 1);
  insert({1, 1}, 2);
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(1))
      << "[1 1] was inserted once more, and so was used after [2 2], which goes first";
}

TEST_F(Lab02, T4_AnExtendedEntryWasUsed) {
  insert({1, 2, 3, 4}, 0);
  insert({9, 9}, 5);
  insert({1, 2, 5, 6}, 10);
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(5))
      << "the insert of [1 2 5 6] found [1 2] in [1 2 3 4], and so used that entry after [9 9], which goes first";
}

TEST_F(Lab02, T4_WhatIsExtendedHoldsNothingAlone) {
  insert({9, 9}, 0);
  const CacheHandle part = insert({1, 2}, 1).handle;
  insert({1, 2, 3, 4}, 10);  // names 1 and 11: [1 2] is a prefix of it
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(0)) << "[9 9] is the oldest of the entries that hold a page alone";
  Pages out(1);
  EXPECT_THROW(manager.copy_pages(part, out), std::logic_error)
      << "[1 2] is still there. Since [1 2 3 4] came it holds nothing alone, and such entries go first (I27), before "
         "[9 9]: has the order been told that its score is another one now (touch, or update)?";
}

TEST_F(Lab02, T4_EachTenantHasItsOwn) {
  insert({1, 2}, 0, 1);
  const InsertResult other = insert({1, 2}, 10, 2);
  EXPECT_EQ(other.cached_len, 0u) << "I11: what salt 1 has stored is not cached for salt 2";
  EXPECT_THAT(pages_of(other.handle), testing::ElementsAre(10)) << "I11: two salts never share a page";
}

TEST_F(Lab02, T4_RefusesWhatDoesNotFit) {
  const CacheHandle from = insert({1, 2}, 0, 1).handle;
  const Text text = {1, 2, 3, 4};
  EXPECT_THROW(cache.insert_prefix({text, 1}, Pages{7}, from), std::invalid_argument)
      << "four tokens lie in two pages, one came: check_insert_arguments says so";
  SCOPED_TRACE("I28: from is a handle too, and it names no entry that there is");
  expect_refused("I28", [&] { cache.insert_prefix({text, 1}, Pages{7, 8}, {2, from.node, from.generation + 2}); });
  expect_sizes(1, 0, "a call that was refused has stored nothing");
  EXPECT_EQ(match(text, 1).cached_len, 2u) << "a call that was refused has stored nothing";
}

TEST_F(Lab02, T5_ALockProtectsItsEntry) {
  const CacheHandle held = insert({1, 2, 3, 4}, 0).handle;
  insert({9, 9}, 5);
  cache.lock_handle(held);
  expect_sizes(1, 2, "the entry of pages 0 and 1 is locked");
  SCOPED_TRACE("I25: one page of three is evictable, for two are locked (I19): evict(2) has to be refused");
  expect_refused("I25", [&] { cache.evict(2); });
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(5)) << "I19: only the unlocked entry may go, although it is younger";
  cache.unlock_handle(held);
  expect_sizes(2, 0, "unlocked again");
}

TEST_F(Lab02, T5_LocksAreCounted) {
  const CacheHandle held = insert({1, 2}, 0).handle;
  cache.lock_handle(held);
  cache.lock_handle(held);
  expect_sizes(0, 1, "locked twice, but it is one page");
  cache.unlock_handle(held);
  expect_sizes(0, 1, "one of two locks is left");
  cache.unlock_handle(held);
  expect_sizes(1, 0, "the last lock is gone");
}

TEST_F(Lab02, T5_ASharedPageIsHeldByEach) {
  const CacheHandle a = insert({1, 2, 3, 4}, 0).handle;
  const CacheHandle b = insert({1, 2, 5, 6}, 10).handle;  // names 0 and 11
  cache.lock_handle(a);
  expect_sizes(1, 2, "a names pages 0 and 1; b, which is not locked, names 0 too and 11 alone");
  cache.lock_handle(b);
  expect_sizes(0, 3, "both are locked: page 0 is protected once, not twice");
  cache.unlock_handle(a);
  expect_sizes(1, 2, "page 1 is nobody's any more; page 0 still is b's, so it stays protected");
  cache.unlock_handle(b);
  expect_sizes(3, 0, "nobody holds anything");
}

TEST_F(Lab02, T5_AHandleOnAPrefixHoldsItsEntry) {
  insert({1, 2, 3, 4}, 0);
  const CacheHandle first_page = match({1, 2});
  cache.lock_handle(first_page);
  expect_sizes(0, 2, "the handle names one page of its entry, and the entry is locked as a whole");
  cache.unlock_handle(first_page);
}

TEST_F(Lab02, T5_UnlockTooOftenIsRefused) {
  const CacheHandle held = insert({1, 2}, 0).handle;
  SCOPED_TRACE("I18: the entry has no lock: an unlock must be refused before it counts below zero");
  expect_refused("I18", [&] { cache.unlock_handle(held); });
  expect_sizes(1, 0, "a refused unlock changes nothing");
}

TEST_F(Lab02, T5_RefusesAStaleHandle) {
  const CacheHandle gone = insert({1, 2}, 0).handle;
  cache.evict(1);
  insert({3, 4}, 1);  // the name may be in use again
  SCOPED_TRACE("I28: the entry was evicted, and another may have its place: the generation tells them apart");
  expect_refused("I28", [&] { cache.lock_handle(gone); });
  expect_refused("I28", [&] { cache.unlock_handle(gone); });
  EXPECT_NO_THROW(cache.lock_handle({})) << "an empty handle locks nothing, on any manager";
  EXPECT_NO_THROW(cache.unlock_handle({})) << "an empty handle unlocks nothing, on any manager";
}

TEST_F(Lab02, T5_WhatIsUnlockedMayGo) {
  const CacheHandle old = insert({1, 2}, 0).handle;
  insert({3, 4}, 1);
  cache.lock_handle(old);
  cache.unlock_handle(old);
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(0)) << "the older one was unlocked, and stands in the order again";
}

TEST_F(Lab02, T6_OldestGoesFirst) {
  insert({1, 1}, 0);
  insert({2, 2}, 1);
  insert({3, 3}, 2);
  match({1, 1});
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(1)) << "[1 1] was looked up since, so [2 2] is the oldest";
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(2)) << "then [3 3]";
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(0)) << "and at last [1 1]";
}

TEST_F(Lab02, T6_ASharedPageStaysWithItsOtherOwner) {
  insert({1, 2, 3, 4}, 0);
  insert({1, 2, 5, 6}, 10);  // names 0 and 11
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(1))
      << "I3: the first entry goes, and frees page 1 alone: page 0 has another owner";
  EXPECT_EQ(match({1, 2, 5, 6}).cached_len, 4u) << "the second entry is untouched";
  expect_sizes(2, 0, "pages 0 and 11 are left");
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(0, 11))
      << "the last owner takes page 0 along: two pages, though one was asked for, since an entry goes as a whole";
}

TEST_F(Lab02, T6_WhatHoldsNothingAloneGoesFirst) {
  const CacheHandle part = insert({1, 2}, 0).handle;
  insert({1, 2, 3, 4}, 10);  // names 0 and 11: the first entry is a prefix of it
  insert({9, 9}, 20);
  match({1, 2, 3, 4});
  match({1, 2});  // the tie goes to the first entry: it is the youngest of all
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(20)) << "[9 9] is the oldest of the entries that hold something";
  Pages out(1);
  SCOPED_TRACE(
      "[1 2] is a prefix of another entry: it frees no page, costs every look-up a comparison, and goes first");
  expect_refused("I28", [&] { cache.copy_pages(part, out); });
  EXPECT_EQ(match({1, 2}).cached_len, 2u) << "its text is still cached, in the longer entry";
}

TEST_F(Lab02, T6_NoMoreThanOneEntryBeyond) {
  insert({1, 1, 1, 1}, 0);
  insert({2, 2, 2, 2}, 2);
  insert({3, 3, 3, 3}, 4);
  EXPECT_THAT(cache.evict(3), testing::UnorderedElementsAre(0, 1, 2, 3))
      << "I25: three pages were asked for; the two oldest entries of two pages are enough, the third stays";
  EXPECT_EQ(match({3, 3, 3, 3}).cached_len, 4u);
}

TEST_F(Lab02, T6_TooMuchIsRefused) {
  const CacheHandle held = insert({1, 2, 3, 4}, 0).handle;
  insert({5, 6}, 5);
  EXPECT_TRUE(cache.evict(0).empty()) << "I25: evict(0) does nothing";
  SCOPED_TRACE("I25: three pages are evictable, four were asked for: a refusal, and nothing is gone");
  expect_refused("I25", [&] { cache.evict(4); });
  expect_sizes(3, 0, "a refused evict frees nothing");
  cache.lock_handle(held);
  expect_refused("I25", [&] { cache.evict(2); });
  EXPECT_EQ(match({5, 6}).cached_len, 2u) << "I25: a refused evict forgets nothing";
  cache.unlock_handle(held);
}

TEST_F(Lab02, T6_ALockedOwnerKeepsTheSharedPage) {
  insert({1, 2, 3, 4}, 0);
  const CacheHandle locked = insert({1, 2, 5, 6}, 10).handle;
  cache.lock_handle(locked);
  EXPECT_THAT(cache.evict(1), testing::ElementsAre(1)) << "I19: page 0 is the locked entry's too, so only page 1 goes";
  expect_sizes(0, 2, "pages 0 and 11 are the locked entry's");
  cache.unlock_handle(locked);
}

TEST_F(Lab02, T6_TheOthersAreStillFound) {
  for (TokenId i = 0; i < 6; ++i) insert({i, i, 7, i}, static_cast<PageId>(2 * i));
  for (const TokenId used : {5, 0, 2, 3, 4}) match({used, used, 7, used});
  EXPECT_THAT(cache.evict(2), testing::ElementsAre(2, 3)) << "entry 1 is the oldest";
  insert({6, 6, 7, 6}, 12);
  EXPECT_THAT(cache.evict(2), testing::ElementsAre(10, 11)) << "then entry 5, which has moved to entry 1's place";
  EXPECT_EQ(manager.match_prefix(Text{5, 5, 7, 5}), CacheHandle{})
      << "entry 5 went, but its text is still found, and another's was taken away: has an entry that moves up on the "
         "shelf been told its new index?";
  for (const TokenId i : {0, 2, 3, 4, 6})
    EXPECT_THAT(pages_of(match({i, i, 7, i})), testing::ElementsAre(2 * i, 2 * i + 1))
        << "two entries went, and others moved up to their places; each is still found, with its own pages";
}

TEST_F(Lab02, T6_EveryPageIsFreedOnce) {
  insert({1, 2}, 0);
  insert({1, 2, 3, 4}, 10);
  insert({1, 2, 5, 6}, 20);
  EXPECT_THAT(cache.evict(3), testing::UnorderedElementsAre(0, 11, 21))
      << "I28: three entries name page 0, it is freed once";
  expect_sizes(0, 0, "all is gone");
}

TEST_F(Lab02, GivenResetWaitsForTheLastLock) {
  const CacheHandle held = insert({1, 2, 3, 4}, 0).handle;
  insert({1, 2}, 10, 3);
  cache.lock_handle(held);
  expect_refused("I37", [&] { cache.reset(); });
  cache.unlock_handle(held);
  EXPECT_THAT(cache.reset(), testing::UnorderedElementsAre(0, 1, 10));
  EXPECT_EQ(match({1, 2, 3, 4}), CacheHandle{});
}

TEST_F(Lab02, GivenTheSnapshotListsASharedPageOnce) {
  const CacheHandle a = insert({1, 2, 3, 4}, 0).handle;
  insert({1, 2, 5, 6}, 10);
  cache.lock_handle(a);
  const Snapshot shot = cache.snapshot();
  ASSERT_EQ(shot.nodes.size(), 3u);
  EXPECT_FALSE(shot.tree);
  EXPECT_EQ(shot.nodes[0].pages, Pages{0});
  EXPECT_EQ(shot.nodes[1].pages, Pages{1});
  EXPECT_EQ(shot.nodes[2].pages, Pages{11});
  EXPECT_EQ(shot.nodes[2].parent, shot.nodes[0].id);
  EXPECT_EQ(shot.nodes[0].use.ref_count, 1u);
  EXPECT_EQ(shot.nodes[0].use.last_used, shot.nodes[2].use.last_used) << "the later of its two owners";
  EXPECT_EQ(shot.nodes[2].use.ref_count, 0u);
  cache.unlock_handle(a);
}

// Not watched: the story itself refuses such a handle.
TEST(Lab02Manager, T4_RefusesAnotherTenantsHandle) {
  LcpCacheManager manager(2);
  const CacheHandle from = manager.insert_prefix({Text{1, 2}, 1}, Pages{0}, {}).handle;
  const auto insert = [&] { manager.insert_prefix({Text{1, 2, 3, 4}, 2}, Pages{7, 8}, from); };
  expect_refused("I11", insert, "an insert under salt 2 that comes from salt 1's handle (check_from_salt knows)");
  EXPECT_TRUE(manager.size_info() == (SizeInfo{1, 0})) << "I11: a call that is refused changes nothing";
}

TEST(Lab02Manager, GivenAPageHasAtLeastOneToken) { EXPECT_THROW(LcpCacheManager(0), std::invalid_argument); }

}  // namespace
}  // namespace radixlab
