// Chapter 01, tasks 1.2-1.4: what the desk asks of a manager, in which order, and who has which page afterwards. Every
// manager of the ladder behind the same desk is conformance's business.
#include <gmock/gmock.h>
#include <iostream>
#include <numeric>

#include "01-naive-manager/naive_cache_manager.hpp"
#include "01-naive-manager/scheduler_cache.hpp"
#include "storage/free_list.hpp"
#include "testing/fake_kv.hpp"
#include "testing/one_text_manager.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

constexpr const char* kThereIsRoom = "start said that there is no room, but there are pages enough";

// The pool has 8 pages of 4 tokens. The manager holds the text 0, 1, 2 ... 11 on pages 0, 1 and 2; 3 .. 7 are free.
class Lab01Desk : public testing::Test {
 protected:
  OneTextManager cache{4};
  FreeList list{8};
  FakeKv kv{8, 4};
  CacheManager desk{cache, list, kv, 4};

  Lab01Desk() {
    for (int i = 0; i < 3; ++i) list.take();
    cache.hold(text(12), {0, 1, 2});
  }
  void TearDown() override {
    if (HasFailure()) std::cout << "What the manager was asked: " << testing::PrintToString(cache.asked) << "\n";
  }
  static Text text(std::size_t tokens) {
    Text counted(tokens);
    std::iota(counted.begin(), counted.end(), 0);
    return counted;
  }
  static Request request(std::size_t tokens) { return {.tokens = text(tokens)}; }
  static Request foreign(std::size_t tokens) {  // none of it is cached
    Request r = request(tokens);
    for (TokenId& token : r.tokens) token += 1000;
    return r;
  }
  // Its prompt is cached up to the 8th token: it runs on pages 0 and 1 and on own ones from 3 on.
  Request started(std::size_t tokens) {
    Request r = request(tokens);
    r.tokens.at(8) = 77;
    if (!desk.start(r)) throw std::logic_error("start says that there is no room: is task 1.2 right?");
    return r;
  }
  // What stands behind a sentence: how it is.
  static std::string table_of(const Request& r) { return "; its page table is " + testing::PrintToString(r.pages); }
  std::string free_now() const { return "; " + std::to_string(list.free_count()) + " pages are free"; }
  std::string locks_now() const { return "; there are " + std::to_string(cache.num_locks()) + " locks"; }
  std::string asked() const { return "; it was asked " + testing::PrintToString(cache.asked); }

  void expect_untouched(const Request& r, std::size_t free) const {
    EXPECT_TRUE(r.pages.empty()) << "a request that was not started must hold no page; its page table has "
                                 << r.pages.size();
    EXPECT_EQ(r.handle, CacheHandle{}) << "a request that was not started must hold no handle";
    EXPECT_EQ(cache.num_locks(), 0u) << "I18: what was locked for a request that did not start must be unlocked, "
                                        "else those pages can never be evicted"
                                     << locks_now();
    EXPECT_EQ(list.free_count(), free) << "I4: pages taken for a request that did not start must be given back"
                                       << free_now();
  }
};

TEST_F(Lab01Desk, T2_LooksUpAllButTheLastToken) {
  Request r = request(12);
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  EXPECT_EQ(cache.asked.front(), "match 11") << "I8: of a prompt of 12 tokens the desk looks up 11. The last one must "
                                                "be run, because its row gives the logits of the first new token"
                                             << asked();
  EXPECT_EQ(r.hit, 8u) << "12 tokens are cached, but only 11 may be looked up: 2 whole pages of 4";
}

TEST_F(Lab01Desk, T2_LooksUpUnderTheRequestsSalt) {
  cache.hold(text(12), {0, 1, 2}, 6);
  Request other = request(10), same = request(10);
  same.cache_salt = 6;
  ASSERT_TRUE(desk.start(other)) << kThereIsRoom;
  EXPECT_EQ(other.hit, 0u) << "I11: the cached text belongs to salt 6 and this request has salt 0: it was given "
                              "another tenant's pages";
  ASSERT_TRUE(desk.start(same)) << kThereIsRoom;
  EXPECT_EQ(same.hit, 8u)
      << "I11: a request with salt 6 must find what is cached under salt 6: is the salt in the key?";
}

TEST_F(Lab01Desk, T2_AHitIsSharedAndTheRestTaken) {
  Request r = request(14);
  r.tokens[8] = 77;  // so that 8 tokens are cached, not 12
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  EXPECT_EQ(r.pages, (Pages{0, 1, 3, 4})) << "a hit of 8 tokens shares pages 0 and 1 in place; the other 6 tokens need "
                                             "two pages from the source, which gives 3 and 4"
                                          << table_of(r);
  EXPECT_EQ(r.computed, 8u) << "the KV of the hit is there already: computed starts at its length";
  EXPECT_EQ(r.hit, 8u) << "Request::hit says what start found";
  EXPECT_EQ(r.handle, (CacheHandle{8, 1, 1})) << "the desk writes down what it has locked, to unlock it later";
  EXPECT_EQ(cache.num_locks(), 1u) << "I19: the hit is locked once while the request runs, else it may be evicted "
                                      "under it"
                                   << locks_now();
}

TEST_F(Lab01Desk, T2_CountsRoomAfterTheLock) {
  Request other = foreign(9);
  ASSERT_TRUE(desk.start(other)) << kThereIsRoom;  // 2 pages are free now
  Request r = request(28);                         // its hit are all 3 cached pages; it needs 4 more
  bool room = true;
  EXPECT_NO_THROW(room = desk.start(r)) << "I20: the desk promised pages that its own lock protects: count after it";
  EXPECT_FALSE(room) << "I20: 4 pages are needed and 2 are free; the other 3 are this request's own hit, which the "
                        "lock takes out of what is evictable";
}

TEST_F(Lab01Desk, T2_NoRoomChangesNothing) {
  Request r = request(4 * 9);
  EXPECT_FALSE(desk.start(r)) << "9 pages do not fit into a pool of 8";
  expect_untouched(r, 5);
  EXPECT_THAT(cache.calls("evict"), testing::IsEmpty())
      << "what is cached must not be evicted for a request that cannot start" << asked();
}

TEST_F(Lab01Desk, T2_APartlyFilledPageIsCopied) {
  cache.partial_hits = true;
  cache.hold(text(10), {0, 1, 2});
  kv.write(text(10), Pages{0, 1, 2}, 0);
  Request r = request(15);
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  EXPECT_EQ(r.pages, (Pages{0, 1, 3, 4}))
      << "a hit of 10 tokens shares 2 whole pages; the last 2 tokens lie in page 2, "
         "which is partly filled: never shared, copied to the asker's first own page"
      << table_of(r);
  EXPECT_EQ(kv.copied_tokens(), 2u) << "10 % 4 = 2 tokens are copied, not the whole page";
  EXPECT_EQ(kv.first_wrong(text(10), r.pages), std::nullopt) << "I10: through the page table the KV of the hit is not "
                                                                "found: was the right page copied to the right one?";
}

TEST_F(Lab01Desk, T2_WhatWasCopiedIsLetGo) {
  cache.partial_hits = true;
  cache.hold(text(10), {0, 1, 2});
  Request r = request(15);
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  EXPECT_EQ(r.handle, (CacheHandle{8, 1, 1})) << "I38: the request reads pages 0 and 1, and its own copy of page 2: it "
                                                 "goes on holding the handle of the whole pages, of 8 tokens";
  EXPECT_EQ(r.hit, 10u) << "what was found, and need not be computed, are 10 tokens all the same";
  EXPECT_EQ(r.computed, 10u) << "the copied tokens have their KV: computed starts behind them";
  EXPECT_EQ(cache.size_info(), (SizeInfo{1, 2}))
      << "I38: page 2 was copied, and nobody reads it any more: still locked, "
         "it costs a page that another request could have"
      << asked();
  EXPECT_EQ(cache.num_locks(), 1u) << "I18: one running request, one lock" << locks_now();
  EXPECT_GT(cache.place_of("unlock 10"), cache.place_of("lock 8"))
      << "I19: lock the whole pages, then unlock the hit; in between nothing would be locked" << asked();
}

TEST_F(Lab01Desk, T2_APartialHitIsCutIfThereIsNoRoom) {
  cache.partial_hits = true;
  cache.hold(text(10), {0, 1, 2});
  Request r = request(4 * 8);
  EXPECT_TRUE(desk.start(r)) << "I38: with the hit of 10 tokens page 2 stays locked and the request needs 6 of 5 free "
                                "pages; with a hit of 8, page 2 can be evicted and it fits. Without this second try it "
                                "waits for ever";
  EXPECT_EQ(r.hit, 8u) << "the hit is cut to whole pages";
  EXPECT_EQ(kv.copied_tokens(), 0u) << "a hit that was cut copies nothing";
  EXPECT_EQ(cache.num_locks(), 1u) << "I18: the lock of the first try must be gone" << locks_now();
}

TEST_F(Lab01Desk, T2_AHitIsDroppedIfItHoldsWhatIsNeeded) {
  cache.locks_whole_text = true;
  Request r = request(4 * 7);
  r.tokens[4] = 77;
  EXPECT_TRUE(desk.start(r)) << "I38: this manager keeps its whole text while a part of it is locked, as chapter 02's "
                                "does. With the hit of one page 6 more are needed and 5 are free; without it all 3 "
                                "cached pages can be evicted and it fits. It is alone: nobody will make room for it";
  EXPECT_EQ(r.hit, 0u) << "the hit is dropped";
  EXPECT_EQ(cache.num_locks(), 0u) << "I18: the lock of the first try must be gone" << locks_now();
}

TEST_F(Lab01Desk, T2_APartialHitIsDroppedIfTheCutIsNotEnough) {
  cache.partial_hits = true;
  cache.locks_whole_text = true;
  cache.hold(text(10), {0, 1, 2});
  Request r = request(4 * 8);
  EXPECT_TRUE(desk.start(r)) << "I38: 6 more pages are needed and 5 are free. The hit of 10 tokens keeps all 3 cached "
                                "pages, and so does the one that is cut to 8; without a hit they can be evicted and it "
                                "fits. It is alone: nobody will make room for it";
  EXPECT_EQ(r.hit, 0u) << "the hit is dropped";
  EXPECT_EQ(cache.num_locks(), 0u) << "I18: the locks of the first two tries must be gone" << locks_now();
}

TEST_F(Lab01Desk, T2_AnEmptyPromptIsRefused) {
  Request r;
  EXPECT_THROW(desk.start(r), std::invalid_argument) << "an empty prompt has no last token to run: refuse it by "
                                                        "std::invalid_argument";
}

TEST_F(Lab01Desk, T2_ARunningRequestIsRefused) {
  Request r = started(12);
  EXPECT_THROW(desk.start(r), std::logic_error) << "this request is running: a second start would lose its pages and "
                                                   "its lock (I4)";
  EXPECT_EQ(cache.num_locks(), 1u) << "a refused start locks nothing" << locks_now();
}

TEST_F(Lab01Desk, T2_ACopyThatFailsLosesNothing) {
  struct Failing : KvStore {
    void copy_kv(PageId, PageId, std::size_t) override { throw std::runtime_error("the device is gone"); }
  } failing;
  CacheManager other(cache, list, failing, 4);
  cache.partial_hits = true;
  cache.hold(text(10), {0, 1, 2});
  Request r = request(15);
  EXPECT_THROW(other.start(r), std::runtime_error) << "the error of copy_kv must reach the caller";
  expect_untouched(r, 5);
}

TEST_F(Lab01Desk, T3_GrowTakesOnlyWhatIsMissing) {
  Request r = foreign(5);
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  EXPECT_TRUE(desk.grow(r, 8)) << "8 tokens fit into the 2 pages that it has";
  EXPECT_EQ(r.pages, (Pages{3, 4})) << "5 tokens have 2 pages already, room for 8: nothing is taken" << table_of(r);
  EXPECT_TRUE(desk.grow(r, 9)) << "3 pages are free";
  EXPECT_EQ(r.pages, (Pages{3, 4, 5})) << "room for 9 tokens is 3 pages: one more, behind those that it has"
                                       << table_of(r);
  EXPECT_THAT(cache.calls("evict"), testing::IsEmpty()) << "pages were free: nothing had to be evicted" << asked();
}

TEST_F(Lab01Desk, T3_GrowEvictsTheShortfall) {
  Request r = foreign(4);
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;  // 4 are free
  EXPECT_TRUE(desk.grow(r, 4 * 7)) << "6 more are needed; 4 are free and 3 can be evicted";
  EXPECT_THAT(cache.calls("evict"), testing::ElementsAre("evict 2"))
      << "6 pages are needed and 4 are free: evict is asked for the 2 that are missing, in pages, once" << asked();
  EXPECT_EQ(r.pages.size(), 7u) << "room for 28 tokens is 7 pages";
  EXPECT_EQ(list.free_count(), 0u) << "I4: all free pages and the 2 evicted ones are the request's now" << free_now();
}

TEST_F(Lab01Desk, T3_NoRoomToGrowChangesNothing) {
  Request r = foreign(4);
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  EXPECT_FALSE(desk.grow(r, 4 * 9)) << "8 more pages are needed; 4 are free and 3 can be evicted";
  EXPECT_EQ(r.pages, Pages{3}) << "a call that says no changes nothing: ask whether there is room before you take"
                               << table_of(r);
  EXPECT_EQ(list.free_count(), 4u) << "I4: pages were taken for a request that did not get its room" << free_now();
  EXPECT_THAT(cache.calls("evict"), testing::IsEmpty())
      << "the cache was emptied for a request that gets nothing" << asked();
}

TEST_F(Lab01Desk, GivenTheMostThatCanBeAskedFor) {
  EXPECT_EQ(desk.pages_for(SIZE_MAX), SIZE_MAX / 4 + 1) << "rounded up without a sum that wraps";
}

TEST_F(Lab01Desk, T3_LockedPagesAreNoRoom) {
  Request r = started(12);  // its hit locks 2 of the 3 cached pages; 4 are free
  EXPECT_FALSE(desk.grow(r, 4 * 9)) << "I19: 6 more pages are needed; 4 are free and 1 can be evicted, the other two "
                                       "are locked: total_size() is not what can be had";
  EXPECT_TRUE(desk.grow(r, 4 * 8)) << "5 more pages are needed; 4 are free and 1 can be evicted";
}

TEST_F(Lab01Desk, T3_AManagerThatFreesTooLittleLosesNothing) {
  Request r = foreign(4);
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  cache.frees_too_little = true;
  EXPECT_THROW(desk.grow(r, 4 * 7), std::logic_error) << "I25: evict(2) freed one page: say so, do not go on without "
                                                         "the page that is missing";
  EXPECT_EQ(r.pages, Pages{3}) << "I4: what was taken before the mistake was seen must be given back" << table_of(r);
  EXPECT_EQ(list.free_count(), 5u) << "I4: 4 pages were free and one was evicted" << free_now();
}

TEST_F(Lab01Desk, T4_AChunkPublishesWhatIsComputed) {
  Request r = started(16);
  r.computed = 13;
  desk.chunk_done(r);
  EXPECT_GT(cache.place_of("insert 13 on 4 pages from 8"), 0u)
      << "I23: 13 of 16 tokens have KV: those are published, with their 4 pages and from the handle of the 8 that were "
         "cached"
      << asked();
  EXPECT_EQ(r.pages, (Pages{0, 1, 3, 4}))
      << "a chunk frees nothing: the request goes on writing behind what it gave" << table_of(r);
  EXPECT_EQ(list.free_count(), 3u) << "I4: a page was given back under a request that goes on" << free_now();
}

TEST_F(Lab01Desk, T4_AChunkLocksTheNewBeforeItUnlocksTheOld) {
  Request r = started(16);
  r.computed = 13;
  desk.chunk_done(r);
  const std::size_t locked = cache.place_of("lock 12"), unlocked = cache.place_of("unlock 8");
  EXPECT_GT(locked, 0u)
      << "I19: after the insert the manager holds 12 tokens of this request, which goes on with them: "
         "they must be locked"
      << asked();
  EXPECT_GT(unlocked, locked)
      << "I19: lock the new handle, then unlock the old one; in between nothing would be locked, "
         "and an eviction could take the request's own pages"
      << asked();
  EXPECT_EQ(r.handle, (CacheHandle{12, 1, 1})) << "the request goes on with the new handle";
  EXPECT_EQ(cache.num_locks(), 1u) << "I18: one running request, one lock" << locks_now();
}

TEST_F(Lab01Desk, T4_WhoComesSecondGoesOnWithTheFirstsPages) {
  Request r = foreign(16);
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  ASSERT_EQ(r.pages, (Pages{3, 4, 5, 6}));
  cache.hold(foreign(12).tokens, {0, 1, 2});  // an equal request has published before us
  r.computed = 13;
  desk.chunk_done(r);
  EXPECT_EQ(r.pages, (Pages{0, 1, 2, 6})) << "I21: copy_pages names pages 0, 1 and 2 for our first 12 tokens: the page "
                                             "table is rewritten to them, else it goes on reading pages that are free"
                                          << table_of(r);
  EXPECT_EQ(list.free_count(), 4u) << "I21: our own 3, 4 and 5 are given back, once: one page was free before"
                                   << free_now();
}

TEST_F(Lab01Desk, T4_APartlyFilledPageOfAnotherIsNotTakenOver) {
  cache.partial_hits = true;
  Request r = foreign(16);
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  ASSERT_EQ(r.pages, (Pages{3, 4, 5, 6}));
  cache.hold(foreign(10).tokens,
             {0, 1, 2});  // another has published 10 tokens before us, and goes on writing in page 2
  r.computed = 11;
  desk.chunk_done(r);
  EXPECT_EQ(r.pages, (Pages{0, 1, 5, 6}))
      << "I22: the handle of 10 tokens names page 2 for 2 of its 4 tokens only. Partly filled pages are never shared: "
         "its owner writes on in it, and so do we in our own page 5"
      << table_of(r);
  EXPECT_EQ(r.handle, (CacheHandle{8, 1, 1})) << "I38: we read pages 0 and 1 of the other's, and never page 2: hold "
                                                 "the handle of the whole pages, of 8 tokens, "
                                                 "else page 2 stays locked as long as we run";
  EXPECT_EQ(list.free_count(), 3u) << "I21: our own 3 and 4 are given back, and 5 stays ours: one page was free before"
                                   << free_now();
}

TEST_F(Lab01Desk, T4_ItsOwnPartlyFilledPageStaysLocked) {
  cache.partial_hits = cache.keeps_parts = true;
  Request r = foreign(16);
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  ASSERT_EQ(r.pages, (Pages{3, 4, 5, 6}));
  r.computed = 10;
  desk.chunk_done(r);  // this manager keeps all 10 tokens, on pages 3, 4 and 5
  EXPECT_EQ(r.handle, (CacheHandle{10, 1, 1})) << "I19: page 5 is in our page table and we go on writing in it. The "
                                                  "manager holds it now: hold the whole handle, of "
                                                  "10 tokens, else page 5 may be evicted while it is written";
  EXPECT_EQ(cache.size_info(), (SizeInfo{0, 3})) << "I19: all three pages are in use" << asked();
}

TEST_F(Lab01Desk, T4_FinishGivesTheTailBack) {
  Request r = started(16);
  ASSERT_EQ(r.pages, (Pages{0, 1, 3, 4}));
  r.computed = 14;
  desk.finish(r);
  EXPECT_EQ(list.free_count(), 4u)
      << "I22: page 3 is whole and now cached; page 4 has 2 of 4 tokens, nobody caches it, "
         "and its request is over: it goes back to the 3 free ones"
      << free_now();
  EXPECT_TRUE(r.pages.empty()) << "a finished request has no page table";
  EXPECT_EQ(r.handle, CacheHandle{}) << "a finished request holds no handle";
  EXPECT_EQ(cache.num_locks(), 0u) << "I18: a finished request locks nothing, else its pages can never be evicted"
                                   << locks_now();
}

TEST_F(Lab01Desk, T4_FinishBesideAnEqualOneFreesTheOwnPages) {
  Request r = foreign(14);
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  ASSERT_EQ(r.pages, (Pages{3, 4, 5, 6}));
  cache.hold(foreign(4).tokens, {0});  // the first page is someone else's by now; 1 and 2 stay out
  r.computed = 14;
  desk.finish(r);
  EXPECT_EQ(list.free_count(), 3u) << "I21: page 3 holds what page 0 holds already, and 6 is only partly filled: both "
                                      "go back, each once; 4 and 5 are cached now; one page was free before"
                                   << free_now();
}

TEST_F(Lab01Desk, T4_PublishesUnderTheRequestsSalt) {
  Request r = request(12);
  r.cache_salt = 6;  // the same text as the cached one, of another tenant
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  r.computed = 12;
  desk.chunk_done(r);
  EXPECT_EQ(r.pages, (Pages{3, 4, 5})) << "I11: this text was published for salt 6, and the page table now names pages "
                                          "of salt 0: so the salt is missing in the key of insert_prefix"
                                       << table_of(r);
}

TEST_F(Lab01Desk, T4_ASecondFinishDoesNothing) {
  Request r = started(12);
  r.computed = 12;
  desk.finish(r);
  const std::size_t free = list.free_count(), calls = cache.asked.size();
  EXPECT_NO_THROW(desk.finish(r)) << "finish on a request that is not running does nothing";
  EXPECT_EQ(list.free_count(), free) << "I30: its pages were given back a second time" << free_now();
  EXPECT_EQ(cache.asked.size(), calls) << "a request that is over asks the manager nothing" << asked();
}

TEST_F(Lab01Desk, GivenAFinishTellsTheEnd) {
  cache.partial_hits = true;
  cache.hold(text(10), {0, 1, 2});
  Request r = request(16);
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  r.computed = 13;
  desk.chunk_done(r);
  EXPECT_THAT(cache.calls("ended"), testing::IsEmpty()) << "a chunk is no end";
  desk.finish(r);
  desk.finish(r);
  EXPECT_THAT(cache.calls("ended"), testing::ElementsAre("ended 13, found 10"));
  EXPECT_EQ(cache.asked.back(), "ended 13, found 10") << "the last that is asked: nothing can fail any more";
}

// As where its device is gone: the whole pages are the cache's, the copied tokens have no KV any more.
TEST_F(Lab01Desk, GivenAFinishBehindTheHitFoundNoMoreThanItComputed) {
  cache.partial_hits = true;
  cache.hold(text(10), {0, 1, 2});
  Request r = request(16);
  ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
  r.computed = 8;
  desk.finish(r);
  EXPECT_THAT(cache.calls("ended"), testing::ElementsAre("ended 8, found 8"));
}

TEST_F(Lab01Desk, GivenAFailedFinishIsNoEnd) {
  Request r = started(16);
  cache.insert_fails = true;
  EXPECT_THROW(desk.finish(r), std::runtime_error);
  EXPECT_THAT(cache.calls("ended"), testing::IsEmpty());
  cache.insert_fails = false;
  desk.finish(r);
  EXPECT_THAT(cache.calls("ended"), testing::ElementsAre("ended 8, found 8"));
}

TEST_F(Lab01Desk, T4_NumbersThatDoNotFitAreRefused) {
  Request r = started(12);
  r.computed = 13;
  EXPECT_THROW(desk.chunk_done(r), std::invalid_argument) << "13 of 12 tokens cannot be computed: call check_running "
                                                             "before anything is published (I23)";
  r.computed = 7;
  EXPECT_THROW(desk.chunk_done(r), std::invalid_argument) << "its hit of 8 tokens is computed: 7 are too few";
  r.tokens.push_back(78);
  r.computed = 13;
  EXPECT_THROW(desk.chunk_done(r), std::invalid_argument) << "its 3 pages have places for 12 tokens: 13 need grow";
  EXPECT_THAT(cache.calls("insert"), testing::IsEmpty()) << "I23: tokens without KV were published" << asked();
}

TEST_F(Lab01Desk, T4_AnInsertThatFailsChangesNothing) {
  Request r = started(16);
  r.computed = 13;
  cache.insert_fails = true;
  EXPECT_THROW(desk.finish(r), std::runtime_error) << "the manager's error must reach the caller";
  EXPECT_EQ(r.pages, (Pages{0, 1, 3, 4}))
      << "a call that throws changes nothing: the page table must be as it was" << table_of(r);
  EXPECT_EQ(cache.num_locks(), 1u) << "I18: the request still runs, so its hit is still locked" << locks_now();
  cache.insert_fails = false;
  EXPECT_NO_THROW(desk.finish(r)) << "after a failure the call may be made again";
  EXPECT_EQ(list.free_count(), 4u) << "I4: page 3 is cached, page 4 is back beside the 3 free ones" << free_now();
}

// Seed 004's three sequences, all running at once: 5 tokens that they share, 2 of their own.
TEST(Lab01DeskOnNaive, T4_NaiveKeepsNothing) {
  NaiveCacheManager naive;
  FreeList list(30);
  FakeKv kv(30, 1);
  CacheManager desk(naive, list, kv, 1);
  Request all[] = {
      {.tokens = {1, 2, 3, 4, 5, 10, 11}}, {.tokens = {1, 2, 3, 4, 5, 20, 21}}, {.tokens = {1, 2, 3, 4, 5, 30, 31}}};
  for (Request& r : all) {
    ASSERT_TRUE(desk.start(r)) << kThereIsRoom;
    kv.write(r.tokens, r.pages, 0);
    r.computed = 7;
    const std::size_t free = list.free_count();
    desk.chunk_done(r);
    EXPECT_EQ(list.free_count(), free)
        << "S10: naive's insert counts all 7 tokens as cached, but its handle names no "
           "page: at a chunk the request keeps them. Freed by the count, they go while in use";
    EXPECT_EQ(r.pages.size(), 7u) << "S10: the page table of a running request lost pages";
  }
  EXPECT_EQ(list.free_count(), 30u - 21u)
      << "3 x 7 tokens are held at the same time; sharing 5 would hold 5 + 3 x 2 = 11";
  for (Request& r : all) {
    EXPECT_EQ(kv.first_wrong(r.tokens, r.pages), std::nullopt) << "I10: a running request no longer finds its own KV";
    desk.finish(r);
  }
  EXPECT_EQ(list.free_count(), 30u) << "I4: naive caches nothing, so that at the end every page is free";
}

TEST(Lab01Salts, GivenEqualFieldsAloneShareANumber) {
  NaiveCacheManager naive;
  FreeList list(1);
  FakeKv kv(1, 1);
  CacheManager desk(naive, list, kv, 1);
  const auto salt = [&](std::initializer_list<SaltField> fields) { return desk.salt({fields.begin(), fields.size()}); };
  EXPECT_EQ(salt({}), 0u);
  const std::uint32_t a = salt({{'t', "a"}, {'l', "b"}});
  EXPECT_EQ(salt({{'t', "a"}, {'l', "b"}}), a);
  EXPECT_NE(salt({{'l', "a"}, {'t', "b"}}), a);
  EXPECT_NE(salt({{'t', "al"}, {'l', ""}}), salt({{'t', "a"}, {'l', "l"}}));  // where one ends the next begins
  EXPECT_NE(salt({{'t', ""}}), 0u);
}

}  // namespace
}  // namespace radixlab
