// Chapter 06, task 6.6: forks share a page that is partly filled, until one of them writes.
#include "paged_desk.hpp"
#include "testing/own_process.hpp"

namespace radixlab {
namespace {

class Lab06Fork : public PagedDesk {
 protected:
  Request fork(Request& r) {
    std::optional<Request> twin = desk.fork(r);
    if (!twin) throw std::logic_error("fork says that there is no room, but the test has left it room");
    return std::move(*twin);
  }
  void expect_copied(std::size_t before, std::size_t tokens, const std::string& why) const {
    if (const std::size_t copied = kv.copied_tokens() - before; copied != tokens)
      ADD_FAILURE() << "I22: expected " << tokens << " tokens to be copied, found " << copied << ": " << why;
  }
  void expect_unchanged(const Request& r, const Request& before, const std::string& why) const {
    EXPECT_EQ(r.pages, before.pages) << "its page table is another: " << why;
    EXPECT_EQ(r.handle, before.handle) << "it holds another handle: " << why;
    EXPECT_EQ(std::pair(r.computed, r.tokens), std::pair(before.computed, before.tokens)) << why;
  }
};

TEST_F(Lab06Fork, T6_AForkCopiesNothing) {
  Request a = started_and_computed(text(1, 10));
  const std::size_t free = source.free_count();
  Request b = fork(a);
  expect_copied(0, 0, "a fork shares all pages, the last one too");
  EXPECT_EQ(b.pages, a.pages) << "both read the same three pages";
  EXPECT_EQ(source.free_count(), free) << "no page is taken";
  expect_page(*pages, a.pages[2], PageOwner::request, 2, "I22: the last page is filled in part, and both need it");
  EXPECT_EQ(pages->slot(a.pages[0]).ref_count, 2u)
      << "the first page is the cache's, and both have locked it, once each";
  EXPECT_EQ(pages->slot(a.pages[1]).ref_count, 2u)
      << "the second page is the cache's, and both have locked it, once each";
  EXPECT_EQ(std::pair(b.tokens, b.cache_salt), std::pair(a.tokens, a.cache_salt))
      << "the fork has the same text and salt";
  EXPECT_EQ(std::pair(b.computed, b.hit), std::pair(std::size_t{10}, std::size_t{10}))
      << "ten tokens are computed, and the fork found all of them";
  EXPECT_EQ(b.handle, a.handle) << "both hold the two whole pages";
  expect_all_well({&a, &b}, "a request was forked");
  desk.finish(a), desk.finish(b);
}

TEST_F(Lab06Fork, T6_TheFirstWriterCopies) {
  Request a = started_and_computed(text(1, 10));
  Request b = fork(a);
  const PageId shared = a.pages[2];
  const std::size_t free = source.free_count();
  ASSERT_TRUE(desk.make_writable(a)) << "there is room";
  expect_copied(0, 2, "the last page has two places that are filled, and the other two are not copied");
  EXPECT_EQ(a.pages.size(), 3u) << "it has a page in the place of another, and not one more";
  EXPECT_NE(a.pages[2], shared) << "the writer has a page of its own";
  EXPECT_EQ(b.pages[2], shared) << "the other one stays where it was";
  EXPECT_EQ(source.free_count(), free - 1) << "one page was taken";
  expect_page(*pages, shared, PageOwner::request, 1, "I22: one of two requests let go of it");
  expect_page(*pages, a.pages[2], PageOwner::request, 1, "I22: the copy is the writer's alone");
  expect_all_well({&a, &b}, "one of two forks may write");
  ASSERT_TRUE(generate(a, 50));
  ASSERT_TRUE(generate(b, 60));
  expect_copied(0, 2, "b has the page alone by now, and writes in place");
  EXPECT_EQ(b.pages[2], shared) << "b has the page alone by now, and writes in place";
  expect_all_well({&a, &b}, "both forks wrote a token of their own");
  desk.finish(a), desk.finish(b);
  expect_all_well({}, "both forks are done");
}

TEST_F(Lab06Fork, T6_TheForkMayWriteFirst) {
  Request a = started_and_computed(text(1, 10));
  Request b = fork(a);
  ASSERT_TRUE(generate(b, 60));
  expect_copied(0, 2, "the fork writes first, and copies");
  ASSERT_TRUE(generate(a, 50));
  expect_copied(0, 2, "the original has the page alone by now, and writes in place");
  expect_all_well({&a, &b}, "both wrote a token of their own, the fork first");
  desk.finish(a), desk.finish(b);
}

TEST_F(Lab06Fork, T6_WritableIsAskedOnce) {
  Request a = started_and_computed(text(1, 10));
  Request b = fork(a);
  ASSERT_TRUE(generate(a, 50));
  const Request before = a;
  EXPECT_TRUE(desk.make_writable(a));
  expect_unchanged(a, before, "its last page is its own already");
  expect_copied(0, 2, "its last page was copied before, and is its own now");
  Request alone = started_and_computed(text(100, 6));
  EXPECT_TRUE(desk.make_writable(alone));
  expect_copied(0, 2, "who was never forked has its last page alone");
  desk.finish(a), desk.finish(b), desk.finish(alone);
}

TEST_F(Lab06Fork, T6_ThreeForks) {
  Request a = started_and_computed(text(1, 10));
  Request b = fork(a), c = fork(a);
  EXPECT_EQ(pages->slot(a.pages[2]).ref_count, 3u) << "three need the last page";
  EXPECT_EQ(pages->get_stats().active_pages, 3u) << "three requests lie in three pages";
  for (Request* r : {&a, &b, &c}) ASSERT_TRUE(generate(*r, static_cast<TokenId>(50 + r->pages[2])));
  EXPECT_EQ(pages->get_stats().active_pages, 5u) << "two whole pages, and a last page for each of the three";
  expect_copied(0, 4, "the first two that write copy two tokens each, the third one has the page alone by then");
  expect_all_well({&a, &b, &c}, "each of three wrote a token of its own");
  for (Request* r : {&b, &a, &c}) desk.finish(*r);
  expect_all_well({}, "all three are done");
}

TEST_F(Lab06Fork, T6_AForkOfAFork) {
  Request a = started_and_computed(text(1, 6));
  Request b = fork(a);
  ASSERT_TRUE(generate(b, 60));
  Request c = fork(b);
  expect_page(*pages, b.pages[1], PageOwner::request, 2, "I22: b and its fork need it");
  expect_page(*pages, a.pages[1], PageOwner::request, 1, "I22: a alone needs its last page: the others go on from b's");
  EXPECT_EQ(c.computed, 7u) << "the fork of the fork has b's token too";
  ASSERT_TRUE(generate(c, 70));
  ASSERT_TRUE(generate(a, 50));
  expect_all_well({&a, &b, &c}, "a fork was forked, and wrote");
  desk.finish(b);
  expect_all_well({&a, &c}, "the one in the middle is done");
  desk.finish(a), desk.finish(c);
}

TEST_F(Lab06Fork, T6_AtAPagesEndNothingIsShared) {
  Request a = started_and_computed(text(1, 8));
  Request b = fork(a);
  expect_all_well({&a, &b}, "a request of two whole pages was forked");
  const std::size_t free = source.free_count();
  ASSERT_TRUE(desk.make_writable(a)) << "what is written next lies in a page to come";
  EXPECT_EQ(source.free_count(), free)
      << "make_writable takes a page only where another request needs the one that is there";
  ASSERT_TRUE(generate(a, 50));
  ASSERT_TRUE(generate(b, 60));
  expect_copied(0, 0, "whole pages are never written in again, so nothing has to be copied");
  expect_all_well({&a, &b}, "both wrote into a new page");
  desk.finish(a), desk.finish(b);
}

TEST_F(Lab06Fork, T6_AtAPagesEndTheNextPageIsItsOwn) {
  Request a = start(text(1, 12));
  compute(a, 8);
  Request b = fork(a);
  ASSERT_EQ(b.pages.size(), 3u) << "the fork has room for its whole prompt of 12 tokens, as start() gives it";
  EXPECT_NE(b.pages[2], a.pages[2])
      << "I22: eight tokens are two whole pages. The third one is not begun: each of both will write in its own";
  expect_page(*pages, a.pages[2], PageOwner::request, 1, "a alone needs the page that it has not begun");
  ASSERT_TRUE(desk.make_writable(a) && desk.make_writable(b)) << "what is written next lies in pages of their own";
  compute(a, 12), compute(b, 12);
  expect_all_well({&a, &b}, "a request was forked at a page's end, and both computed the next page");
  desk.finish(a), desk.finish(b);
}

// A look behind the end of the table finds a page there that two need.
TEST_F(Lab06Fork, T6_AtAPagesEndNoRoomIsNeeded) {
  Request a = started_and_computed(text(1, 8)), c = started_and_computed(text(100, 6));
  Request d = fork(c), rest = start(text(200, 48));  // the other 12 pages
  ASSERT_EQ(source.free_count(), 0u);
  a.pages.push_back(c.pages[1]);
  a.pages.pop_back();
  EXPECT_TRUE(in_a_process_of_its_own([&] { return desk.make_writable(a); }) == End::right)
      << "make_writable of a request that has filled its last page: expected true, but it says false or crashes. "
         "Page 2 of the table does not exist yet: ask how many places are filled before you look there";
  for (Request* r : {&a, &c, &d, &rest}) desk.finish(*r);
}

// A prompt that is computed in part: pages for the rest of it are each request's own.
TEST_F(Lab06Fork, T6_RoomForTheRestIsItsOwn) {
  Request a = start(text(1, 15));
  compute(a, 6);
  Request b = fork(a);
  EXPECT_EQ(b.pages.size(), 4u) << "the fork has room for its whole prompt of 15 tokens, as start() gives it";
  EXPECT_EQ(b.pages[1], a.pages[1]) << "the second page is filled in part, and shared";
  for (const std::size_t i : {2, 3})
    if (b.pages[i] == a.pages[i])
      ADD_FAILURE() << "I3: place " << i << " of the twin's table lies behind `computed`, so it must be a page of its "
                    << "own; both tables name page " << a.pages[i];
  ASSERT_TRUE(desk.make_writable(b)) << "there is room";
  EXPECT_EQ(b.pages.size(), 4u) << "it has a page in the place of another, and not one more";
  compute(b, 15);
  compute(a, 15);
  expect_all_well({&a, &b}, "both computed the rest of their prompt");
  desk.finish(a), desk.finish(b);
  Request none = start(text(200, 6));
  Request twin = fork(none);
  EXPECT_EQ(twin.computed, 0u) << "nothing was computed, so there is nothing to share";
  expect_all_well({&none, &twin}, "a request that has computed nothing was forked");
  desk.finish(none), desk.finish(twin);
}

// Room that was reserved for tokens to come: the copy takes a page more, and not one of these.
TEST_F(Lab06Fork, T6_TheTableKeepsItsRoom) {
  Request a = started_and_computed(text(1, 10));
  ASSERT_TRUE(desk.grow(a, 30));
  Request b = fork(a);
  const std::size_t free = source.free_count();
  ASSERT_TRUE(desk.make_writable(a)) << "there is room";
  EXPECT_EQ(a.pages.size(), 8u) << "room for 30 tokens was reserved, and is there after the copy as before";
  EXPECT_EQ(source.free_count(), free - 1) << "a copy takes one page, however much room is reserved behind it";
  expect_all_well({&a, &b}, "a request with room for tokens to come has copied its last page");
  desk.finish(a), desk.finish(b);
}

// Two requests have computed one text, and one of them has published it. The other one is forked.
TEST_F(Lab06Fork, T6_WhoWasSecondIsForked) {
  Request a = started_and_computed(text(1, 10)), b = started_and_computed(text(1, 10));
  desk.chunk_done(a);
  Request c = fork(b);
  EXPECT_EQ(c.pages, b.pages) << "I21: fork publishes b's text, which is a's already: b goes on with a's two pages and "
                                 "its own are freed. Make the fork's table after that";
  expect_all_well({&a, &b, &c}, "a request was forked whose text another one has published");
  desk.finish(a), desk.finish(b), desk.finish(c);
}

TEST_F(Lab06Fork, T6_WhatIsWholeIsPublished) {
  Request a = started_and_computed(text(1, 10));
  Request b = fork(a);
  ASSERT_TRUE(generate(a, 50) && generate(a, 51));
  ASSERT_TRUE(generate(b, 60) && generate(b, 61));
  desk.chunk_done(a), desk.chunk_done(b);
  EXPECT_EQ(cache.size_info(), (SizeInfo{0, 4})) << "two pages in common, and a third one of each";
  expect_all_well({&a, &b}, "both published their third page");
  Request same = fork(a);
  ASSERT_TRUE(generate(a, 52) && generate(same, 52));
  desk.finish(a), desk.finish(b), desk.finish(same);
  expect_all_well({}, "all are done");
}

// Both forks write the same tokens: who publishes second goes on with the first one's page.
TEST_F(Lab06Fork, T6_ForksThatWriteTheSame) {
  Request a = started_and_computed(text(1, 6));
  Request b = fork(a);
  for (const TokenId token : {50, 51, 52}) ASSERT_TRUE(generate(a, token) && generate(b, token));
  desk.chunk_done(a);
  desk.chunk_done(b);
  EXPECT_EQ(a.pages[1], b.pages[1]) << "I21: someone was first, and its page is gone on with";
  expect_all_well({&a, &b}, "both published the same text");
  desk.finish(a), desk.finish(b);
}

TEST_F(Lab06Fork, T6_AFinishLeavesTheOthersPage) {
  for (const bool original_first : {true, false}) {
    const std::string who = original_first ? "the original" : "the fork";
    Request a = started_and_computed(text(original_first ? 1 : 100, 10));
    Request b = fork(a);
    Request &first = original_first ? a : b, &second = original_first ? b : a;
    desk.finish(first);
    expect_all_well({&second}, who + " was finished, and the other one reads its last page still");
    expect_page(*pages, second.pages[2], PageOwner::request, 1, "I22: " + who + " let go of it");
    evict(cache.size_info().evictable_size);
    ASSERT_TRUE(generate(second, 60));
    expect_copied(0, 0, "the other one has the page alone by then");
    expect_all_well({&second}, who + " was finished, all that may go was evicted, and the other one wrote a token");
    desk.finish(second);
    expect_all_well({}, "both are done");
  }
}

// The pool has 16 pages.
TEST_F(Lab06Fork, T6_WithoutRoomThereIsNoFork) {
  Request a = start(text(1, 40));  // 10 pages, of which two are begun
  compute(a, 6);
  desk.chunk_done(a);
  const Request before = a;
  const AllPages now(*pages);
  const Snapshot tree = cache.snapshot();
  EXPECT_FALSE(desk.fork(a).has_value()) << "the fork shares two pages and needs eight of its own, but six are free";
  expect_unchanged(a, before, "there was no fork");
  expect_all_well({&a}, "there was no room for a fork");
  EXPECT_EQ(AllPages(*pages).stats, now.stats)
      << "there was no fork: pages are in use, or shared, that were not before";
  EXPECT_EQ(cache.snapshot().claimed, tree.claimed) << "there was no fork";
  desk.finish(a);
}

TEST_F(Lab06Fork, T6_WithoutRoomNothingIsWritable) {
  Request a = started_and_computed(text(1, 10));
  Request b = fork(a);
  Request rest = start(text(200, 52));  // the other 13 pages
  ASSERT_EQ(source.free_count(), 0u);
  const Request before = a;
  const AllPages now(*pages);
  EXPECT_FALSE(desk.make_writable(a)) << "b needs the page, and no page is free for a copy";
  expect_unchanged(a, before, "there was no room for a copy");
  expect_same(now, *pages, "there was no room for a copy, and the call that says so changes nothing");
  desk.finish(b);
  EXPECT_TRUE(desk.make_writable(a)) << "b is done, and a has the page alone: no room is needed";
  desk.finish(a), desk.finish(rest);
}

TEST_F(Lab06Fork, T6_RoomIsMadeByEviction) {
  store(text(300, 12));
  Request a = started_and_computed(text(1, 10));
  Request b = fork(a);
  Request rest = start(text(200, 40));  // the other 10 pages
  ASSERT_EQ(source.free_count(), 0u);
  EXPECT_TRUE(generate(a, 50)) << "no page is free, but three are cached that nobody needs";
  expect_all_well({&a, &b, &rest}, "a page was evicted for a copy");
  desk.finish(a), desk.finish(b), desk.finish(rest);
}

TEST_F(Lab06Fork, T6_ACopyThatFailsChangesNothing) {
  Request a = started_and_computed(text(1, 10));
  Request b = fork(a);
  const Request before = a;
  const AllPages now(*pages);
  kv.fail_at = 1;
  EXPECT_THROW(desk.make_writable(a), std::runtime_error) << "the copy fails, and the caller has to know";
  kv.fail_at = 0;
  expect_unchanged(a, before, "the copy failed, and a call that fails changes nothing");
  expect_same(now, *pages, "the copy failed, and a call that fails changes nothing");
  expect_all_well({&a, &b}, "a copy failed");
  ASSERT_TRUE(generate(a, 50)) << "made again, it goes through";
  expect_all_well({&a, &b}, "a copy failed once, and was made again");
  desk.finish(a), desk.finish(b);
}

TEST_F(Lab06Fork, T6_OnlyARunningRequestIsForked) {
  Request idle{.tokens = text(1, 5)};
  try {
    desk.fork(idle);
    ADD_FAILURE() << "fork of a request that was not started: expected a refusal, but it went through";
  } catch (const Todo&) {
    throw;
  } catch (const std::logic_error&) {
  }
  expect_all_well({}, "a request that does not run was to be forked");
}

TEST_F(Lab06Fork, T6_AForkOfATenantsText) {
  Request a{.tokens = text(1, 10), .cache_salt = 7};
  ASSERT_TRUE(desk.start(a));
  compute(a, 10);
  Request b = fork(a);
  EXPECT_EQ(b.cache_salt, 7u) << "I11: the fork's text is the same tenant's";
  ASSERT_TRUE(generate(a, 50) && generate(b, 60));
  expect_all_well({&a, &b}, "a tenant's request was forked");
  desk.finish(a), desk.finish(b);
}

}  // namespace
}  // namespace radixlab
