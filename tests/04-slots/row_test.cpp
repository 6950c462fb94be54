// Chapter 04, task 4.6: the trie behind the contract, watched by a Story.
#include <gtest/gtest.h>

#include "04-slots/slot_cache_manager.hpp"
#include "testing/expect_refused.hpp"
#include "testing/failure_story.hpp"

namespace radixlab {

void PrintTo(const CacheHandle& handle, std::ostream* out) {
  *out << "{" << handle.cached_len << " tokens of row " << handle.node << ", generation " << handle.generation << "}";
}
void PrintTo(const SizeInfo& sizes, std::ostream* out) {
  *out << "{" << sizes.evictable_size << " evictable, " << sizes.protected_size << " protected}";
}

namespace {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

class Lab04Row : public testing::Test {
 protected:
  SlotCacheManager manager{4, 16};
  Story cache{manager, 16, true};
  FailureStory failure{cache};

  InsertResult insert(const Text& text, PageId row, const CacheHandle& from = {}) {
    return cache.insert_prefix(text, Pages{row}, from);
  }
  PageId row_of(const CacheHandle& handle) {
    Pages out(1);
    cache.copy_pages(handle, out);
    return out[0];
  }
};

TEST_F(Lab04Row, T6_ARowIsGivenAndFound) {
  const InsertResult r = insert({7, 7, 3, 1}, 2);
  EXPECT_EQ(r.cached_len, 0u) << "nothing of this text was cached before the call";
  EXPECT_EQ(r.handle.cached_len, 4u) << "the handle names all four tokens: the row holds them, partly filled as it is";
  EXPECT_EQ(row_of(r.handle), 2u) << "the caller's row was taken, so the handle must name it";
  EXPECT_EQ(cache.size_info(), (SizeInfo{1, 0})) << "I17: one row is cached, and not locked";
  EXPECT_EQ(cache.match_prefix(Text{7, 7, 9}), (CacheHandle{2, 2, r.handle.generation}))
      << "find's (prefix_len, slot, slot_ver) is the handle";
}

TEST_F(Lab04Row, T6_CachedLenIsWhatWasThereBefore) {
  insert({7, 7, 3, 1}, 0);
  EXPECT_EQ(insert({7, 7, 9}, 1).cached_len, 2u) << "two of the three tokens were cached before, in row 0";
}

TEST_F(Lab04Row, T6_TheSameTextTakesNoSecondRow) {
  insert({7, 7, 3, 1}, 0);
  const InsertResult again = insert({7, 7, 3, 1}, 1);
  EXPECT_EQ(again.cached_len, 4u) << "all of it was cached before";
  EXPECT_EQ(row_of(again.handle), 0u) << "I22: row 0 holds this text whole; the caller keeps row 1, and frees it";
  EXPECT_EQ(cache.size_info(), (SizeInfo{1, 0})) << "I22: the same text must not take a second row";
}

TEST_F(Lab04Row, T6_APrefixOfARowTakesNoRow) {
  insert({7, 7, 3, 1}, 0);
  EXPECT_EQ(row_of(insert({7, 7, 3}, 1).handle), 0u) << "I22: row 0 holds these three tokens too";
}

TEST_F(Lab04Row, T6_ARowGrowsByItsChunks) {
  const CacheHandle first = insert({7, 7}, 3).handle;
  cache.lock_handle(first);
  const InsertResult more = insert({7, 7, 3, 1}, 3, first);
  EXPECT_EQ(row_of(more.handle), 3u) << "the request goes on in its own row, which the manager holds already";
  EXPECT_EQ(cache.match_prefix(Text{7, 7, 3, 1}).cached_len, 4u) << "the chunk that was added is found";
  EXPECT_EQ(row_of(first), 3u) << "I15: the handle of the first chunk is still good";
  cache.unlock_handle(first);
  EXPECT_EQ(cache.size_info(), (SizeInfo{1, 0})) << "it is one row all the time";
}

// Two requests with one text; the second publishes a shorter chunk, then goes beyond the first one's end.
TEST_F(Lab04Row, T6_ARowThatIsHeldGrowsThoughAnotherHasTheText) {
  const CacheHandle mine = insert({7, 7}, 1).handle;
  insert({7, 7, 3, 1}, 0);
  const InsertResult more = insert({7, 7, 3, 1}, 1, mine);
  EXPECT_EQ(row_of(more.handle), 1u)
      << "I22: row 1 is the manager's already; an answer that names row 0 tells the caller "
         "to free row 1, and then it is in two places";
}

TEST_F(Lab04Row, T6_OfALongerTextTheFirstRowIsKept) {
  Text longer(20);
  for (std::size_t i = 0; i < 20; ++i) longer[i] = static_cast<TokenId>(i);
  const CacheHandle held = cache.insert_prefix(longer, Pages{2, 3}, {}).handle;
  EXPECT_EQ(held.cached_len, 16u) << "a row has 16 places: so much of 20 tokens is kept";
  EXPECT_EQ(cache.size_info(), (SizeInfo{1, 0})) << "the second row stays the caller's";
  EXPECT_EQ(manager.match_prefix(longer).cached_len, 16u) << "the same 20 tokens are looked up: row 2 has 16 places, "
                                                             "so the text that it holds is cut to them (check_insert "
                                                             "answers that part of the key)";
}

TEST_F(Lab04Row, T6_AShorterTextTakesNothingFromARow) {
  const CacheHandle whole = insert({7, 7, 3, 1}, 1).handle;
  cache.lock_handle(whole);
  EXPECT_EQ(insert({7, 7}, 1).handle, (CacheHandle{2, 1, whole.generation})) << "row 1 holds these two tokens too";
  EXPECT_EQ(manager.match_prefix(Text{7, 7, 3, 1}).cached_len, 4u)
      << "row 1 holds four tokens; a prefix of them was published again, and that must not shorten it";
  EXPECT_NO_THROW(manager.unlock_handle(whole)) << "unlocking a good handle never fails: it names four tokens of row 1";
}

TEST_F(Lab04Row, GivenMoreThanCanBeNumberedIsRefused) {
  EXPECT_THROW(SlotCacheManager(4, 0), std::invalid_argument);
  EXPECT_THROW(SlotCacheManager(4, std::size_t{1} << 62), std::invalid_argument);
  EXPECT_THROW(SlotCacheManager(std::size_t{1} << 31, 1), std::invalid_argument);
}

TEST_F(Lab04Row, T6_NothingIsInsertedWithoutTokens) {
  EXPECT_EQ(cache.insert_prefix(Text{}, Pages{}, {}).handle, CacheHandle{}) << "no tokens, no row: an empty handle";
}

TEST_F(Lab04Row, T6_EvictTakesTheOldestUnlockedRow) {
  insert({1, 2}, 0);
  const CacheHandle locked = insert({3, 4}, 1).handle;
  insert({5, 6}, 2);
  cache.lock_handle(locked);
  cache.match_prefix(Text{1, 2});
  EXPECT_EQ(cache.evict(1), Pages{2}) << "row 0 was used just now and row 1 is locked (I19): the victim is row 2";
  EXPECT_EQ(cache.evict(1), Pages{0}) << "the only row that is not locked";
  cache.unlock_handle(locked);
}

TEST_F(Lab04Row, T6_AnInsertCountsAsAUse) {
  insert({5}, 1);
  insert({7, 7, 3, 1}, 0);
  EXPECT_EQ(manager.evict(1), Pages{1}) << "I25: row 0 was inserted after row 1: a tick of the clock, and a touch";
}

TEST_F(Lab04Row, T6_AnInsertUsesTheRowThatItAnswers) {
  insert({7}, 0);
  insert({5}, 1);
  insert({7}, 2);  // row 0 has it
  EXPECT_EQ(manager.evict(1), Pages{1}) << "I25: the last insert answered row 0, which counts as a use of row 0";
}

TEST_F(Lab04Row, T6_AnInsertUsesNoOtherRow) {
  insert({7, 7, 3, 1}, 0);
  insert({5}, 1);
  insert({7, 7, 9}, 2);  // row 0 has a part of it
  EXPECT_EQ(manager.evict(1), Pages{0}) << "I25: the last insert answered row 2; that row 0 holds 7 7 too is no use";
  for (const NodeView& row : manager.snapshot().nodes)
    EXPECT_EQ(row.use.hits, 0u) << "hits count look-ups, and there were inserts alone";
}

TEST_F(Lab04Row, T6_ARefusedInsertIsNoTick) {
  insert({5}, 1);
  SlotCacheManager other{4, 16};
  other.insert_prefix(Text{5}, Pages{1}, {});
  expect_refused("I3", [&] { manager.insert_prefix(Text{6}, Pages{1}, {}); });
  insert({8}, 2);
  other.insert_prefix(Text{8}, Pages{2}, {});
  EXPECT_EQ(manager.snapshot().nodes.back().use.last_used, other.snapshot().nodes.back().use.last_used)
      << "a call that is refused changes nothing: check_insert comes before the clock's tick";
}

TEST_F(Lab04Row, T6_AnEvictedRowIsRefusedAtOnce) {
  const CacheHandle gone = insert({1, 2}, 0).handle;
  EXPECT_EQ(cache.evict(1), Pages{0}) << "evict hands back the row's number";
  Pages out(1);
  {
    SCOPED_TRACE(
        "I28: row 0 was evicted, and nobody has taken it again: the slot allocator's version is still the same, "
        "so that the generation has to rise here");
    expect_refused(
        "I28", [&] { manager.copy_pages(gone, out); }, "copy_pages of an evicted row");
    expect_refused(
        "I28", [&] { manager.lock_handle(gone); }, "lock_handle of an evicted row");
  }
  EXPECT_EQ(manager.match_prefix(Text{1, 2}).cached_len, 0u) << "I28: the trie still follows a row that was evicted";
  EXPECT_EQ(cache.size_info(), SizeInfo{}) << "I17: no row is cached";
}

TEST_F(Lab04Row, T6_EvictFreesWhatIsAskedOrNothing) {
  insert({1, 2}, 0);
  insert({3, 4}, 1);
  EXPECT_TRUE(cache.evict(0).empty()) << "evict(0) does nothing";
  SCOPED_TRACE("I25: two rows are cached and three were asked for: throw, and free none");
  expect_refused("I25", [&] { cache.evict(3); });
  EXPECT_EQ(cache.size_info(), (SizeInfo{2, 0})) << "a call that is refused changes nothing";
  EXPECT_EQ(cache.evict(2), (Pages{0, 1})) << "the least recently used first";
}

TEST_F(Lab04Row, T6_ARowIsTakenAgainForAnotherText) {
  const CacheHandle gone = insert({1, 2}, 0).handle;
  cache.evict(1);
  const CacheHandle now = insert({1, 3}, 0).handle;
  EXPECT_NE(gone.generation, now.generation) << "I28: a new text in the same row needs another generation";
  EXPECT_EQ(cache.match_prefix(Text{1, 2}).cached_len, 1u) << "row 0 holds 1 3 now";
}

TEST_F(Lab04Row, GivenTheTrieNeverNeedsMoreThanTheRows) {
  for (TokenId i = 0; i < 200; ++i) {
    const auto row = static_cast<PageId>(i % 4);
    if (i >= 4) {
      ASSERT_EQ(cache.evict(1), Pages{row}) << "I25: the row whose insert was longest ago is the victim";
    }
    Text text(16, i);
    text[0] = i % 2;
    insert(text, row);
    ASSERT_LE(manager.num_nodes(), 4u * 16) << "the trie has room for rows x max_len nodes";
  }
}

}  // namespace
}  // namespace radixlab
