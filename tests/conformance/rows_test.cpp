// What the contract asks of a manager whose pages are rows that hold whole texts (chapter 04): the rules of
// storing_test.cpp and desk_test.cpp, where a hit ends inside a page and is copied.
#include <array>

#include "01-naive-manager/scheduler_cache.hpp"
#include "conformance.hpp"
#include "testing/expect_refused.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

class Rows : public Conformance {
 protected:
  std::vector<PageId> row(PageId page) { return {page}; }
};

TEST_P(Rows, I7_TheLongestOfAllRows) {
  insert(text("abcd"));
  insert(text("abxy"));
  EXPECT_EQ(match(text("abcd")), 4 * L);
  EXPECT_EQ(match(text("abxz")), 3 * L);
  EXPECT_EQ(match(text("q")), 0u);
  EXPECT_EQ(match({}), 0u);
}

TEST_P(Rows, I22_ARowIsSharedOnlyIfAHitFillsIt) {
  const CacheHandle part = insert(text("abcd")).handle;
  EXPECT_EQ(cache.whole_pages(part), CacheHandle{});
  Text full = text("abcdabcd");
  full.resize(P, 7);
  const CacheHandle filled = insert(full).handle;
  EXPECT_EQ(filled.cached_len, P);
  EXPECT_EQ(cache.whole_pages(filled), filled);
  EXPECT_EQ(cache.whole_pages({}), CacheHandle{});
  cache.evict(2);
  expect_refused("I28", [&] { cache.whole_pages(part); });
}

TEST_P(Rows, I8_AHitEndsAtAnyToken) {
  const Text all = text("abcdabcd");
  insert(all);
  for (std::size_t n = 0; n <= all.size(); ++n) {
    Text some(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n));
    some.push_back(-1);
    EXPECT_EQ(match(some), n);
  }
}

TEST_P(Rows, I7_AHitThatAnOlderRowStillHas) {
  const CacheHandle older = insert(text("abcd")).handle;  // row 0
  insert(text("abxy"));                                   // row 1, the newest on "ab"
  cache.lock_handle(older);
  EXPECT_EQ(cache.evict(1), row(1));
  const CacheHandle hit = cache.match_prefix(text("abxy"));
  EXPECT_EQ(hit.cached_len, 2 * L);
  EXPECT_EQ(pages_of(hit), row(0));
  cache.unlock_handle(older);
}

TEST_P(Rows, I11_SaltsShareNothing) {
  const CacheHandle other = insert(text("ab"), 1).handle;
  EXPECT_EQ(match(text("ab"), 2), 0u);
  EXPECT_EQ(insert(text("ab"), 2).cached_len, 0u);
  EXPECT_EQ(pages_of(cache.match_prefix({text("ab"), 1})), row(0));
  EXPECT_THROW(cache.insert_prefix({text("abc"), 2}, fresh(1), other), std::invalid_argument);
}

TEST_P(Rows, I15_AHandleStaysGoodWhileItsRowGrows) {
  const Text all = text("abcd");
  const std::vector<PageId> page = fresh(1);
  CacheHandle at;
  for (std::size_t n = 1; n <= all.size(); ++n) {
    const CacheHandle next = cache.insert_prefix(std::span(all).first(n), page, at).handle;
    cache.lock_handle(next);
    cache.unlock_handle(at);
    at = next;
  }
  EXPECT_EQ(pages_of(cache.match_prefix(text("ab"))), page);
  cache.unlock_handle(at);
  EXPECT_EQ(cache.size_info(), (SizeInfo{1, 0}));
}

TEST_P(Rows, I17_SizesFollowTheLocks) {
  const CacheHandle a = insert(text("abc")).handle;
  insert(text("xy"));
  cache.lock_handle(a);
  cache.lock_handle(cache.match_prefix(text("ab")));  // the same row, by a shorter hit
  EXPECT_EQ(cache.size_info(), (SizeInfo{1, 1}));
  cache.unlock_handle(a);
  EXPECT_EQ(cache.size_info(), (SizeInfo{1, 1}));
  cache.unlock_handle(cache.match_prefix(text("ab")));
  EXPECT_EQ(cache.size_info(), (SizeInfo{2, 0}));
  expect_refused("I18", [&] { cache.unlock_handle(a); });
}

TEST_P(Rows, I19_ALockedRowIsNeverEvicted) {
  const CacheHandle locked = insert(text("abcd")).handle;
  insert(text("wxyz"));
  cache.lock_handle(locked);
  EXPECT_EQ(cache.evict(1), row(1));
  expect_refused("I25", [&] { cache.evict(1); });
  cache.unlock_handle(locked);
}

TEST_P(Rows, I22_TheSameTextTakesNoSecondRow) {
  insert(text("abc"));
  EXPECT_EQ(pages_of(insert(text("abc")).handle), row(0));
  EXPECT_EQ(pages_of(insert(text("ab")).handle), row(0));
  EXPECT_EQ(cache.size_info(), (SizeInfo{1, 0}));
}

TEST_P(Rows, I24_OfALongerTextTheFirstRowIsKept) {
  Text longer = text("abcdabcd");
  longer.push_back(7);
  const InsertResult r = insert(longer);
  EXPECT_EQ(r.handle.cached_len, P);
  EXPECT_EQ(pages_of(r.handle), row(0));
  EXPECT_EQ(cache.size_info(), (SizeInfo{1, 0}));
}

TEST_P(Rows, I28_AnEvictedRowLooksStaleBeforeItIsTakenAgain) {
  const CacheHandle gone = insert(text("ab")).handle;
  cache.evict(1);
  std::array<PageId, 1> out{};
  expect_refused("I28", [&] { cache.copy_pages(gone, out); });
  EXPECT_EQ(match(text("ab")), 0u);
  cache.insert_prefix(text("xy"), row(0), {});  // the same row
  expect_refused("I28", [&] { cache.lock_handle(gone); });
  expect_refused("I28", [&] { cache.unlock_handle(gone); });
  expect_refused("I28", [&] { cache.insert_prefix(text("abc"), fresh(1), gone); });
  EXPECT_EQ(match(text("ab")), 0u);
}

TEST_P(Rows, I3_ARowIsNotTakenForTwoTexts) {
  insert(text("ab"));
  expect_refused("I3", [&] { made.manager->insert_prefix(text("ax"), row(0), {}); });
  expect_refused("I3", [&] { made.manager->insert_prefix({text("ab"), 7}, row(0), {}); });
  EXPECT_EQ(match(text("ab")), 2 * L);
}

TEST_P(Rows, WrongSizesAreRefused) {
  const CacheHandle a = insert(text("abc")).handle;
  std::vector<PageId> out(2);
  EXPECT_THROW(cache.copy_pages(a, out), std::invalid_argument);
  EXPECT_THROW(cache.insert_prefix(text("xy"), out = {}, {}), std::invalid_argument);
  EXPECT_THROW(cache.insert_prefix(text("xy"), out = {64}, {}), std::invalid_argument);
  EXPECT_THROW(cache.insert_prefix(text("ab"), fresh(1), a), std::invalid_argument);  // from is longer than the key
  EXPECT_EQ(cache.size_info(), (SizeInfo{1, 0}));
}

// The desk over a pool of four rows.
class RowsDesk : public Rows {
 protected:
  ManagedPool pool = GetParam().make(4);
  FakeKv kv{4, P};
  OnGive source{*pool.source, [this](PageId page) { kv.poison(page); }};
  CacheManager desk{*pool.manager, source, kv, P};

  Request start(std::string_view letters) {
    Request r{.tokens = text(letters)};
    if (!desk.start(r)) throw std::logic_error("no room");
    return r;
  }
  void compute(Request& r, std::size_t tokens) {
    const std::size_t begin = std::exchange(r.computed, tokens);
    kv.write({std::span(r.tokens).first(tokens), 0}, r.pages, begin);
    kv.check({std::span(r.tokens).first(tokens), 0}, r.pages);
  }
  void run_whole(std::string_view letters) {
    Request r = start(letters);
    compute(r, r.tokens.size());
    desk.finish(r);
  }
};

TEST_P(RowsDesk, I10_EveryHitIsCopiedAndCounted) {
  run_whole("abcd");
  Request r = start("abxy");
  EXPECT_EQ(r.hit, 2 * L);
  EXPECT_EQ(kv.copied_tokens(), 2 * L);
  EXPECT_EQ(r.pages, row(1)) << "a row of its own: nothing is shared in place";
  compute(r, r.tokens.size());  // checks the copied keys and values too
  desk.finish(r);
}

TEST_P(RowsDesk, I8_TheSameAgainComputesOneToken) {
  run_whole("abcd");
  Request r = start("abcd");
  EXPECT_EQ(r.hit, 4 * L - 1);
  compute(r, 4 * L);
  desk.finish(r);
  EXPECT_EQ(pool.source->free_count(), 3u) << "I22: the same text takes no second row";
}

TEST_P(RowsDesk, I38_AHitIsDroppedWhereThereIsNoRowForItsCopy) {
  run_whole("abcd");
  Request others[] = {start("p"), start("q"), start("r")};
  const Request again = start("abcd");  // its hit, locked, would be the fourth row
  EXPECT_EQ(again.hit, 0u);
  EXPECT_EQ(kv.copied_tokens(), 0u);
  Request waits{.tokens = text("z")};
  EXPECT_FALSE(desk.start(waits));
  for (Request& other : others) desk.finish(other);
}

TEST_P(RowsDesk, I38_TheRowThatWasCopiedMayGo) {
  run_whole("abcd");
  Request r = start("abxy");
  ASSERT_EQ(r.hit, 2 * L);
  Request others[] = {start("p"), start("q"), start("s")};  // the third takes row 0, whose copy r has
  compute(r, r.tokens.size());
  for (Request& other : others) desk.finish(other);
  desk.finish(r);
}

TEST_P(RowsDesk, I38_TheSecondTwinDoesNotHoldTheFirstsRow) {
  Request a = start("abcd"), b = start("abcd");
  compute(a, 2 * L), compute(b, 2 * L);
  desk.chunk_done(a), desk.chunk_done(b);
  EXPECT_EQ(pool.manager->size_info(), (SizeInfo{0, 1})) << "a writes in its row, which is cached: locked";
  desk.finish(a);
  EXPECT_EQ(pool.manager->size_info(), (SizeInfo{1, 0})) << "b reads its own row alone";
  Request others[] = {start("p"), start("q"), start("s")};  // the third takes a's row
  compute(b, 4 * L);
  desk.finish(b);
  for (Request& other : others) desk.finish(other);
}

TEST_P(RowsDesk, I19_ItsOwnRowIsHeldWhileItWritesOn) {
  Request a = start("abcd");
  compute(a, 2 * L);
  desk.chunk_done(a);
  Request others[] = {start("p"), start("q"), start("s")};
  Request waits{.tokens = text("z")};
  EXPECT_FALSE(desk.start(waits)) << "a's row is cached, and a writes in it";
  compute(a, 4 * L);
  for (Request& other : others) desk.finish(other);
  desk.finish(a);
}

TEST_P(RowsDesk, I22_AForkGetsARowOfItsOwn) {
  Request a = start("abcd");
  compute(a, 2 * L);
  std::optional<Request> b = desk.fork(a);
  ASSERT_TRUE(b);
  EXPECT_EQ(b->pages, row(1));
  EXPECT_EQ(kv.copied_tokens(), 2 * L);
  compute(a, 4 * L), compute(*b, 3 * L);
  desk.finish(a), desk.finish(*b);
  EXPECT_EQ(pool.manager->size_info(), (SizeInfo{1, 0})) << "what b holds, a's row holds";
}

TEST_P(RowsDesk, TwinsPublishEachItsRowAndFreeIt) {
  Request a = start("abcd"), b = start("abcd");
  compute(a, 2 * L), compute(b, 2 * L);
  desk.chunk_done(a), desk.chunk_done(b);  // the new handle names a's row, and b keeps its own
  EXPECT_EQ(b.pages, row(1));
  compute(a, 4 * L), compute(b, 4 * L);
  desk.finish(a), desk.finish(b);
  EXPECT_EQ(pool.source->free_count(), 3u);
  EXPECT_EQ(pool.manager->size_info(), (SizeInfo{1, 0}));
  EXPECT_NO_THROW(pool.story->same_as_snapshot());
}

INSTANTIATE_TEST_SUITE_P(Ladder, Rows, testing::ValuesIn(cells({Kind::whole_texts})), cell_name);
INSTANTIATE_TEST_SUITE_P(Ladder, RowsDesk, testing::ValuesIn(cells({Kind::whole_texts})), cell_name);

}  // namespace
}  // namespace radixlab
