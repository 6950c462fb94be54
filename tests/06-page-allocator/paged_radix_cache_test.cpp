// Chapter 06, task 6.3: the tree counts. The cache is watched: each call is checked too, and after each one the count of a page is
// the ref_count of its node.
#include <random>

#include "counted_pages.hpp"

namespace radixlab {
namespace {

class Lab06Cache : public testing::Test {
 protected:
  static constexpr PageOwner kCaches = PageOwner::cache, kRequests = PageOwner::request;
  std::shared_ptr<PageAllocator> pages = std::make_shared<PageAllocator>(16);
  PagedRadixCache manager{pages, {}};
  Story cache{manager, 1, false};
  FailureStory failure{cache};

  // Publishes a text of a page a token on pages of its writer's, who gives back what the cache did not take.
  CacheHandle insert(const Text& tokens) {
    const Pages own = take_pages(*pages, tokens.size());
    const CacheHandle held = cache.insert_prefix(tokens, own, {}).handle;
    for (const PageId page : own)
      if (pages->slot(page).owner == kRequests) pages->deallocate(page);
    return held;
  }
  Pages pages_of(const CacheHandle& handle) {
    Pages named(handle.cached_len);
    cache.copy_pages(handle, named);
    return named;
  }
  void expect_counts(const Pages& all, std::uint32_t ref_count, const std::string& why) {
    for (const PageId page : all) expect_page(*pages, page, kCaches, ref_count, why);
    expect_counts_fit(manager, why);
  }
  template <class Call>
  void expect_refused_unchanged(const std::string& rule, const std::string& name, Call call) {
    const AllPages before(*pages);
    const Snapshot tree = cache.snapshot();
    expect_refused(rule, call, name);
    expect_same(before, *pages, name + " is refused, and a call that is refused changes nothing");
    EXPECT_EQ(cache.snapshot(), tree) << name
                                      << " is refused, and a call that is refused changes nothing: the tree is another";
  }
  void TearDown() override {
    cache.check_integrity();
    cache.same_as_snapshot();
    expect_counts_fit(manager, "at the end of the test");
  }
};

TEST_F(Lab06Cache, T3_WhatIsPublishedIsTheCaches) {
  const CacheHandle h = insert({7, 7, 3, 1});
  expect_counts(pages_of(h), 0, "S12: the writer has published these pages, and no lock needs them");
  EXPECT_EQ(pages->free_count(), 12u) << "four of sixteen pages are cached";
  EXPECT_NO_THROW(manager.match_prefix(RadixKey{{7, 7, 3, 1}})) << "a handle to what was inserted has its pages named";
}

TEST_F(Lab06Cache, T3_ALockCountsEachPage) {
  const CacheHandle h = insert({7, 7, 3, 1});
  cache.lock_handle(h);
  expect_counts(pages_of(h), 1, "I16: a request has locked all four pages");
  expect_shared(*pages, 0, "one request alone needs them");
  cache.lock_handle(h);
  expect_counts(pages_of(h), 2, "I16: two requests have locked all four pages");
  expect_shared(*pages, 4, "two requests need four pages");
  cache.unlock_handle(h);
  expect_counts(pages_of(h), 1, "I16: one of the two requests is done");
  cache.unlock_handle(h);
  expect_counts(pages_of(h), 0, "S9: both are done, and the pages stay cached");
}

TEST_F(Lab06Cache, T3_ALockCountsThePathToTheRoot) {
  insert({7, 7});
  const CacheHandle below = insert({7, 7, 3, 1});
  cache.lock_handle(below);
  expect_counts(pages_of(below), 1, "I16: who locks 7 7 3 1 reads 7 7 too, which is a node of its own");
  cache.unlock_handle(below);
  expect_counts(pages_of(below), 0, "I16: each page was counted up once, and down once");
}

TEST_F(Lab06Cache, T3_CountsStayWhenANodeIsCut) {
  const CacheHandle first = insert({7, 7, 3, 1});
  cache.lock_handle(first);
  const CacheHandle second = insert({7, 7, 9});
  expect_counts(pages_of(first), 1, "I16: 7 7 3 1 was cut into 7 7 and 3 1: its one lock needs both halves");
  cache.lock_handle(second);
  const Pages all = pages_of(first);
  expect_counts({all[0], all[1]}, 2, "I16: both requests read 7 7, the upper half");
  expect_counts({all[2], all[3]}, 1, "I16: the first request alone reads 3 1, the lower half");
  expect_shared(*pages, 2, "two requests need the pages of 7 7");
  cache.unlock_handle(first);
  expect_counts({all[0], all[1]}, 1, "I16: the second request reads 7 7 still");
  expect_counts({all[2], all[3]}, 0, "I16: the first request is done, and it alone read 3 1");
  cache.unlock_handle(second);
}

TEST_F(Lab06Cache, T3_OnlyWhatIsNewIsGiven) {
  insert({7, 7, 3});
  const Pages own = take_pages(*pages, 4);  // 3 .. 6
  const CacheHandle h = cache.insert_prefix(Text{7, 7, 9, 9}, own, {}).handle;
  EXPECT_EQ(pages_of(h), (Pages{0, 1, 5, 6}));
  for (const PageId page : {3, 4})
    expect_page(*pages, page, kRequests, 1,
                "I21: someone was first with 7 7: the writer's own copy stays its own, to be freed");
  expect_counts({0, 1, 5, 6}, 0, "I16: 7 7 was there, 9 9 is new");
  pages->deallocate(3), pages->deallocate(4);
}

TEST_F(Lab06Cache, T3_TheNextChunkGivesTheNextPages) {
  const Pages own = take_pages(*pages, 5);
  const CacheHandle first = cache.insert_prefix(Text{1, 2}, Pages{own[0], own[1]}, {}).handle;
  cache.lock_handle(first);
  const CacheHandle second = cache.insert_prefix(Text{1, 2, 3, 4}, Pages{own[0], own[1], own[2], own[3]}, first).handle;
  expect_counts({own[0], own[1]}, 1, "I16: the first chunk was given before and is locked: it is not given again");
  expect_counts({own[2], own[3]}, 0, "I16: the second chunk is given, and not locked yet");
  cache.lock_handle(second);
  cache.unlock_handle(first);
  expect_counts({own[0], own[1], own[2], own[3]}, 1, "I16: the new handle was locked, then the old one unlocked");
  const CacheHandle again = cache.insert_prefix(Text{1, 2, 3, 4}, Pages{own[0], own[1], own[2], own[3]}, second).handle;
  EXPECT_EQ(again, second) << "nothing is new";
  expect_counts({own[0], own[1], own[2], own[3]}, 1, "I16: nothing was given");
  cache.unlock_handle(second);
}

TEST_F(Lab06Cache, T3_WhatIsNotTheWritersAloneIsRefused) {
  insert({7, 7});
  Pages own = take_pages(*pages, 4);
  pages->increment_ref(own[3]);
  expect_refused_unchanged("I3", "insert_prefix with a page that two need", [&] {
    cache.insert_prefix(Text{7, 7, 9, 9}, own, {});
  });
  EXPECT_EQ(cache.match_prefix(Text{7, 7, 9, 9}).cached_len, 2u) << "the insert was refused, so 9 9 is not cached";
  expect_refused_unchanged("I3", "insert_prefix with a free page", [&] {
    cache.insert_prefix(Text{7, 7, 9, 9}, Pages{own[0], own[1], own[2], 15}, {});
  });
  expect_refused_unchanged("I3", "insert_prefix with a page that is cached under another text",
                           [&] { cache.insert_prefix(Text{5}, Pages{0}, {}); });
  pages->decrement_ref(own[3]);
  EXPECT_NO_THROW(cache.insert_prefix(Text{7, 7, 9, 9}, own, {})) << "all pages are the writer's alone now";
  expect_counts({own[2], own[3]}, 0, "I16: 9 9 is published");
  pages->give(own[0]), pages->give(own[1]);
}

// Of a request that goes on, the first pages are the cache's: only what is given has to be the writer's alone.
TEST_F(Lab06Cache, T3_WhatIsNotGivenNeedNotBeItsOwn) {
  const CacheHandle first = insert({7, 7});
  cache.lock_handle(first);
  const PageId own = pages->allocate().value();
  EXPECT_NO_THROW(cache.insert_prefix(Text{7, 7, 9}, Pages{0, 1, own}, {}))
      << "pages 0 and 1 are the cache's already, and are not given";
  expect_counts({own}, 0, "I16: 9 is published");
  expect_counts({0, 1}, 1, "I16: 7 7 is locked, as it was");
  cache.unlock_handle(first);
}

TEST_F(Lab06Cache, T3_EvictedPagesAreTheCallers) {
  insert({1, 2});
  insert({3});
  const Pages evicted = cache.evict(1);
  EXPECT_EQ(evicted, (Pages{0, 1})) << "one page was asked for, but a leaf goes whole, and 1 2 lies on two pages";
  for (const PageId page : evicted)
    expect_page(*pages, page, kRequests, 1,
                "S9: evict hands its pages to the caller, who alone needs them and frees them");
  if (HasFailure()) return;
  EXPECT_EQ(pages->free_count(), 13u) << "S9: evict frees nothing: its caller does";
  EXPECT_NO_THROW(pages->give(evicted)) << "the caller frees what evict gave it";
  EXPECT_EQ(pages->free_count(), 15u) << "3 is cached still";
  EXPECT_EQ(cache.evict(0), Pages{}) << "I25: evict(0) does nothing";
  const Pages rest = cache.reset();
  for (const PageId page : rest) expect_page(*pages, page, kRequests, 1, "S9: reset hands out its pages as evict does");
  pages->give(rest);
}

TEST_F(Lab06Cache, T3_TheWalkBeginsAtTheHandle) {
  PagedRadixCache alone(std::make_shared<PageAllocator>(6), {});
  const Pages all = alone.allocate(6);
  const CacheHandle first = alone.insert_prefix(Text{1, 2, 3, 4}, std::span(all).first(4), {}).handle;
  const InsertResult r = alone.insert_prefix(Text{-1, -1, -1, -1, 5, 6}, all, first);
  EXPECT_EQ(r.cached_len, 4u)
      << "a chunk costs what it adds: pass what resume() answers to lookup(), and the place that "
         "lookup() found to chapter 05's insert. To find out, this test has put other tokens in "
         "front of the chunk, which nobody has to read";
}

TEST_F(Lab06Cache, T3_AStaleHandleCountsNothing) {
  const CacheHandle gone = insert({1, 2});
  pages->give(cache.evict(2));
  const CacheHandle other = insert({3, 4});  // on the same pages, in a node of the same name
  expect_refused_unchanged("I28", "lock_handle of an evicted prefix", [&] { cache.lock_handle(gone); });
  cache.lock_handle(other);
  expect_refused_unchanged("I28", "unlock_handle of an evicted prefix", [&] { cache.unlock_handle(gone); });
  cache.unlock_handle(other);
}

TEST_F(Lab06Cache, T3_UnlockTooOftenCountsNothing) {
  const CacheHandle above = insert({1, 2});
  const CacheHandle below = insert({1, 2, 3});
  cache.lock_handle(above);
  expect_refused_unchanged("I18", "unlock_handle of what nobody has locked", [&] { cache.unlock_handle(below); });
  cache.unlock_handle(above);
  expect_refused_unchanged("I18", "a second unlock_handle", [&] { cache.unlock_handle(above); });
}

TEST_F(Lab06Cache, T3_AnEmptyHandleCountsNothing) {
  insert({1, 2});
  const AllPages before(*pages);
  EXPECT_NO_THROW(cache.lock_handle({})) << "nothing was found, and nothing is locked: an empty handle is no error";
  EXPECT_NO_THROW(cache.unlock_handle({})) << "an empty handle unlocks nothing, and is no error";
  expect_same(before, *pages, "an empty handle names no page");
}

TEST_F(Lab06Cache, T3_WhatIsNeededIsNotEvicted) {
  const CacheHandle locked = insert({1, 2});
  insert({3});
  cache.lock_handle(locked);
  expect_refused_unchanged("I25", "evict(2), where one page alone is not locked,", [&] { cache.evict(2); });
  const Pages evicted = cache.evict(1);
  EXPECT_EQ(evicted, Pages{2}) << "I19: 1 2 is older, but a request needs it";
  pages->give(evicted);
  expect_counts(pages_of(locked), 1, "I16: 1 2 is locked still");
  cache.unlock_handle(locked);
}

// Pages of three tokens, and hits that end inside a page.
TEST_F(Lab06Cache, T3_PagesAreCountedNotTokens) {
  const auto of_threes = std::make_shared<PageAllocator>(4);
  PageAllocator& allocator = *of_threes;
  PagedRadixCache threes(of_threes, {.page_size = 3, .partial_hits = true});
  const Pages own = take_pages(allocator, 3);
  const CacheHandle h = threes.insert_prefix(Text{1, 2, 3, 4, 5, 6, 7, 8}, own, {}).handle;
  expect_page(allocator, own[0], kCaches, 0, "I16: 3 tokens fill a page, and it is given");
  expect_page(allocator, own[1], kCaches, 0, "I16: 6 tokens fill two pages, and both are given");
  expect_page(allocator, own[2], kRequests, 1, "I22: the last page is filled in part alone, and stays its writer's");
  const CacheHandle part = threes.match_prefix(Text{1, 2, 3, 4, 9});
  ASSERT_EQ(part.cached_len, 4u) << "I8: a page of three tokens agrees, and one token of the next page (task 6.5)";
  threes.lock_handle(part);
  expect_page(allocator, own[0], kCaches, 1, "I16: four tokens were found and locked: they lie in two pages");
  expect_page(allocator, own[1], kCaches, 1,
              "I16: four tokens were found and locked: they lie in two pages, the second one in part");
  threes.lock_handle(h);
  expect_counts_fit(threes, "a hit inside a page and one of whole pages are locked");
  threes.unlock_handle(h);
  threes.unlock_handle(part);
  EXPECT_TRUE(threes.insert_prefix(Text{8, 8}, Pages{own[2]}, {}).handle == CacheHandle{}) << "two tokens fill no page";
  expect_page(allocator, own[2], kRequests, 1, "I22: two tokens fill no page of three, and nothing is given");
  expect_counts_fit(threes, "two tokens were inserted, which is less than a page");
}

// Forks share their last page (task 6.6). It is not given, so it need not be the writer's alone.
TEST_F(Lab06Cache, T3_APageFilledInPartMayBeShared) {
  const auto of_threes = std::make_shared<PageAllocator>(4);
  PagedRadixCache threes(of_threes, {.page_size = 3});
  const Pages own = take_pages(*of_threes, 3);
  of_threes->increment_ref(own[2]);
  EXPECT_NO_THROW(threes.insert_prefix(Text{1, 2, 3, 4, 5, 6, 7, 8}, own, {}))
      << "I22: two tokens do not fill the third page: forks share it, and it is not given. The two whole pages are the "
         "writer's alone, and no other page is asked about";
  for (const std::size_t i : {0, 1}) expect_page(*of_threes, own[i], kCaches, 0, "I16: a whole page is published");
  expect_page(*of_threes, own[2], kRequests, 2, "I22: two forks need it, as before");
}

// Nothing of such a text is given, but what does not fit is refused as chapter 05 refuses it.
TEST_F(Lab06Cache, T3_ATextShorterThanAPageIsCheckedToo) {
  const auto of_fours = std::make_shared<PageAllocator>(4);
  PagedRadixCache fours(of_fours, {.page_size = 4, .partial_hits = true});
  const Pages own = take_pages(*of_fours, 2);
  const Text text = {1, 2};
  EXPECT_THROW(fours.insert_prefix(text, Pages{}, {}), std::invalid_argument)
      << "two tokens lie in one page, and no page is brought: check the arguments before the length";
  EXPECT_THROW(fours.insert_prefix(text, own, {}), std::invalid_argument)
      << "two tokens lie in one page, and two pages are brought: check the arguments before the length";
  fours.insert_prefix(Text{1, 2, 3, 4}, Pages{own[0]}, {});
  const CacheHandle part = fours.match_prefix(PrefixKey(text));
  expect_refused(
      "I11",
      [&] {
        fours.insert_prefix({text, 1}, Pages{own[1]}, part);
      },
      "insert_prefix of two tokens behind another tenant's handle");
  of_fours->give(fours.evict(1));
  expect_refused(
      "I28", [&] { fours.insert_prefix(text, Pages{own[1]}, part); },
      "insert_prefix of two tokens behind a handle whose place is gone");
}

TEST_F(Lab06Cache, T3_TenantsHaveTheirOwnPages) {
  const Pages own = take_pages(*pages, 4);
  const CacheHandle one = cache.insert_prefix({Text{1, 2}, 1}, Pages{own[0], own[1]}, {}).handle;
  cache.lock_handle(one);
  const CacheHandle two = cache.insert_prefix({Text{1, 2}, 2}, Pages{own[2], own[3]}, {}).handle;
  expect_counts({own[2], own[3]}, 0, "I11: the lock of salt 1 needs no page of salt 2");
  cache.lock_handle(two);
  cache.unlock_handle(one);
  expect_counts({own[2], own[3]}, 1, "I11: the unlock of salt 1 counts no page of salt 2");
  cache.unlock_handle(two);
}

// Whatever comes after whatever: the count of a page is the ref_count of its node.
TEST_F(Lab06Cache, T3_CountsFitInEveryState) {
  std::mt19937 numbers(3);
  const auto random = [&](std::size_t n) { return numbers() % n; };
  std::vector<CacheHandle> locked;
  for (int step = 0; step < 250 && !HasFailure(); ++step) {
    Text text(1 + random(5));
    for (TokenId& token : text) token = static_cast<TokenId>(random(2));
    if (random(4) == 0 && !locked.empty()) {
      std::swap(locked[random(locked.size())], locked.back());
      cache.unlock_handle(locked.back());
      locked.pop_back();
    } else if (random(3) == 0) {
      const CacheHandle found = cache.match_prefix(text);
      cache.lock_handle(found);
      locked.push_back(found);
    } else if (pages->free_count() >= text.size()) {
      insert(text);
    } else if (const std::size_t room = cache.size_info().evictable_size) {
      pages->give(cache.evict(1 + random(room)));
    } else if (!locked.empty()) {
      cache.unlock_handle(locked.back());
      locked.pop_back();
    }
    expect_counts_fit(manager, "step " + std::to_string(step));
  }
  for (const CacheHandle& handle : locked) cache.unlock_handle(handle);
  EXPECT_EQ(pages->get_stats().shared_pages, 0u) << "all locks are gone";
}

TEST_F(Lab06Cache, T3_LessThanAPageIsNotWalked) {
  PagedRadixCache fours(pages, {.page_size = 4});
  const Pages own = take_pages(*pages, 1);
  EXPECT_NO_THROW(fours.insert_prefix(Text{1, 2}, own, {}))
      << "two tokens fill no page of four: resume answers no node then, and there is nothing to walk";
  expect_page(*pages, own[0], kRequests, 1, "two tokens fill no page of four: the page stays its writer's");
  EXPECT_EQ(fours.num_nodes(), 0u) << "nothing is cached";
}

}  // namespace
}  // namespace radixlab
