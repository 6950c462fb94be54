// Chapter 06, tasks 6.1 and 6.2: whose a page is, and how many requests need it.
#include <map>
#include <random>

#include "counted_pages.hpp"
#include "testing/own_process.hpp"

namespace radixlab {
namespace {

class Lab06Allocator : public testing::Test {
 protected:
  PageAllocator pages{6};

  PageId allocate(std::uint32_t ref_count = 1) { return pages.allocate(ref_count).value(); }
  PageId cached(std::uint32_t ref_count = 0) {  // a page of the cache that so many need
    const PageId page = allocate();
    pages.give_to_cache(Pages{page});
    for (std::uint32_t i = 0; i < ref_count; ++i) pages.increment_ref(page);
    return page;
  }
  // The call is refused, by this rule, and no page is another than before.
  template <class Call>
  void expect_refused_unchanged(const std::string& rule, const std::string& name, Call call) {
    const AllPages before(pages);
    expect_refused(rule, call, name);
    expect_same(before, pages, name + " is refused, and a call that is refused changes nothing");
  }
  // Page 6 of 6, in a process of its own: who does not ask reads what lies behind the slots.
  void expect_foreign_refused(const std::string& name, const std::function<void(PageId)>& call) {
    const auto is_refused = [&] {
      try {
        call(6);
      } catch (const std::logic_error& error) {
        return std::string(error.what()).starts_with("I30");
      }
      return false;
    };
    EXPECT_TRUE(in_a_process_of_its_own(is_refused) == End::right)
        << "I30: " << name
        << " of page 6, where pages are 0 to 5: expected a refusal that begins with I30, but it goes "
        << "through, crashes or says something else. slot() and active_slot() refuse foreign pages";
  }
};

TEST_F(Lab06Allocator, T1_TheLowestFreePageFirst) {
  for (PageId page = 0; page < 4; ++page)
    EXPECT_EQ(allocate(), page) << "I30: all pages from this one on are free, and the lowest is given";
  pages.deallocate(2);
  pages.deallocate(1);
  EXPECT_EQ(allocate(), 1u) << "1, 2, 4 and 5 are free: the lowest free page is given";
  EXPECT_EQ(allocate(), 2u) << "2, 4 and 5 are free: the lowest free page is given";
}

TEST_F(Lab06Allocator, T1_NothingIfNoPageIsFree) {
  for (int i = 0; i < 6; ++i) allocate();
  const AllPages before(pages);
  EXPECT_EQ(pages.allocate(), std::nullopt) << "all six pages are in use: that is no error, but no page";
  expect_same(before, pages, "there was nothing to allocate");
}

TEST_F(Lab06Allocator, T1_APageIsItsWriters) {
  const PageId page = allocate();
  expect_page(pages, page, PageOwner::request, 1, "S12: the page is handed to its writer, who is the first to need it");
  EXPECT_EQ(pages.free_count(), 5u) << "one of six pages is in use";
  EXPECT_EQ(pages.get_stats(), (AllocatorStats{1, 5, 0, 6}));
}

TEST_F(Lab06Allocator, T1_SeveralBeginTogether) {
  const PageId page = allocate(3);
  expect_page(pages, page, PageOwner::request, 3, "allocate(3): three requests begin on this page together");
  expect_shared(pages, 1, "three need page 0");
  EXPECT_EQ(pages.slot(page).access_count, 1u) << "accesses are calls: three begin together, by one allocate";
  allocate(1);
  expect_shared(pages, 1, "one request alone needs page 1");
  allocate(2);
  expect_shared(pages, 2, "two need page 2");
}

TEST_F(Lab06Allocator, T1_APageForNobodyIsRefused) {
  const AllPages before(pages);
  EXPECT_THROW(pages.allocate(0), std::invalid_argument) << "a ref_count of 0: nobody needs the page";
  expect_same(before, pages, "allocate(0) is refused, and changes nothing: refuse it before a page is taken");
  if (HasFailure()) return;
  EXPECT_EQ(pages.slot(allocate()).last_access, 1u)
      << "allocate(0) was refused, and a refused call is no tick of the clock: this is the first allocate";
  for (int i = 0; i < 5; ++i) allocate();
  EXPECT_THROW(pages.allocate(0), std::invalid_argument) << "a ref_count of 0 is wrong, whether a page is free or not";
}

TEST_F(Lab06Allocator, T1_ADeallocatedPageIsFree) {
  allocate();
  const PageId page = allocate();
  pages.deallocate(page);
  EXPECT_EQ(pages.free_count(), 5u) << "one of two pages was given back";
  EXPECT_EQ(pages.slot(page), PageSlot{}) << "I3: the page is free: nobody's, and what was known of it is forgotten";
  EXPECT_EQ(pages.get_stats(), (AllocatorStats{1, 5, 0, 6}));
}

TEST_F(Lab06Allocator, T1_ANewOwnerStartsAnew) {
  const PageId page = allocate();
  pages.increment_ref(page);
  pages.decrement_ref(page);
  pages.deallocate(page);
  allocate();
  EXPECT_EQ(pages.slot(page).access_count, 1u)
      << "accesses are counted since the page was free: this allocate is the first";
  EXPECT_EQ(pages.slot(page).last_access, 3u) << "the clock goes on: allocate, increment_ref, and now allocate: tick 3";
  expect_page(pages, page, PageOwner::request, 1, "its new writer alone needs it");
}

TEST_F(Lab06Allocator, T1_FreedOnceOnly) {
  const PageId page = allocate();
  pages.deallocate(page);
  expect_refused_unchanged("I30", "deallocate of a page that is free already", [&] { pages.deallocate(page); });
  expect_refused_unchanged("I30", "deallocate of a page that never was in use", [&] { pages.deallocate(5); });
}

TEST_F(Lab06Allocator, T1_AForeignPageIsRefused) {
  pages.deallocate(allocate());  // says here that it is not written yet
  expect_foreign_refused("deallocate", [&](PageId page) { pages.deallocate(page); });
}

TEST_F(Lab06Allocator, T1_TheCachesPageIsNotFreed) {
  const PageId unneeded = cached(0), needed = cached(1);
  expect_refused_unchanged("I30", "deallocate of the cache's page", [&] { pages.deallocate(unneeded); });
  expect_refused_unchanged("I30", "deallocate of the cache's page that a request needs",
                           [&] { pages.deallocate(needed); });
}

TEST_F(Lab06Allocator, T1_WhatTwoNeedIsNotFreed) {
  const PageId page = allocate(2);
  expect_refused_unchanged("I30", "deallocate of a page that two need", [&] { pages.deallocate(page); });
  pages.decrement_ref(page);
  EXPECT_NO_THROW(pages.deallocate(page)) << "one of the two is done: the other alone needs it now";
  expect_shared(pages, 0, "the page is free");
}

// A simple model: the pages in use, and their counts.
TEST_F(Lab06Allocator, T1_AsASimpleModel) {
  std::mt19937 numbers(6);
  const auto random = [&](std::uint32_t n) { return static_cast<std::uint32_t>(numbers() % n); };
  PageAllocator many(70);
  std::map<PageId, std::uint32_t> model;
  for (int step = 0; step < 2000 && !HasFailure(); ++step) {
    const PageId page = random(72);
    const auto known = model.find(page);
    if (random(2) == 0) {
      PageId lowest = 0;
      while (model.contains(lowest)) ++lowest;
      const std::uint32_t count = 1 + random(3);
      const std::optional<PageId> given = many.allocate(count);
      ASSERT_EQ(given, lowest < 70 ? std::optional(lowest) : std::nullopt)
          << "I30: the lowest free page, step " << step;
      if (given) model[*given] = count;
    } else if (known == model.end() || known->second > 1) {
      expect_refused(
          "I30", [&] { many.deallocate(page); }, "deallocate of page " + std::to_string(page));
      if (known != model.end()) many.decrement_ref(page), --known->second;
    } else {
      many.deallocate(page);
      model.erase(page);
    }
    ASSERT_EQ(many.free_count(), 70 - model.size()) << "step " << step;
    for (PageId p = 0; p < 70; ++p) ASSERT_EQ(many.slot(p).ref_count, model.contains(p) ? model[p] : 0) << "page " << p;
    const auto shared = std::ranges::count_if(model, [](const auto& entry) { return entry.second > 1; });
    expect_shared(many, static_cast<std::size_t>(shared), "step " + std::to_string(step));
  }
}

TEST_F(Lab06Allocator, T2_CountsGoUpAndDown) {
  for (const bool is_cached : {false, true}) {
    const PageId page = is_cached ? cached(1) : allocate();
    const std::string whose = is_cached ? "a cached page" : "a request's page";
    pages.increment_ref(page);
    expect_shared(pages, 1, "two need " + whose);
    pages.increment_ref(page);
    EXPECT_EQ(pages.slot(page).ref_count, 3u) << "three need " << whose;
    expect_shared(pages, 1, "three need " + whose + ", which is one page");
    pages.decrement_ref(page);
    expect_shared(pages, 1, "two need " + whose + " still");
    pages.decrement_ref(page);
    EXPECT_EQ(pages.slot(page).ref_count, 1u) << "three needed " << whose << ", and two are done";
    expect_shared(pages, 0, "one request alone needs " + whose);
  }
}

TEST_F(Lab06Allocator, T2_AtZeroAPageStaysCached) {
  const PageId page = cached(1);
  pages.decrement_ref(page);
  expect_page(pages, page, PageOwner::cache, 0, "S9: nobody needs it now, and it stays cached until it is evicted");
  EXPECT_EQ(pages.free_count(), 5u) << "S9: a count of 0 frees no page of the cache";
  EXPECT_TRUE(pages.can_evict(page)) << "S9: a count of 0 says that the page may be evicted";
}

TEST_F(Lab06Allocator, T2_OnlyAnAllocateOrAnIncrementIsAnAccess) {
  const PageId page = allocate(), other = allocate();
  pages.increment_ref(page);
  EXPECT_EQ(pages.slot(page).last_access, 3u) << "two allocates and an increment_ref: tick 3";
  EXPECT_EQ(pages.slot(page).access_count, 2u) << "it was allocated, and needed once more";
  const PageSlot before = pages.slot(page);
  pages.decrement_ref(page);
  pages.give_to_cache(Pages{page});
  pages.take_from_cache(Pages{page});
  EXPECT_EQ(pages.slot(page), [&] {
    PageSlot same = before;
    same.ref_count = 1;
    return same;
  }()) << "to let go, to publish and to evict are no accesses, and forget none";
  pages.increment_ref(other);
  EXPECT_EQ(pages.slot(other).last_access, 4u) << "the clock stood still in between: this is tick 4";
}

TEST_F(Lab06Allocator, T2_BelowZeroIsRefused) {
  const PageId page = cached(1);
  pages.decrement_ref(page);
  expect_refused_unchanged("I18", "decrement_ref of a cached page that nobody needs",
                           [&] { pages.decrement_ref(page); });
}

TEST_F(Lab06Allocator, T2_TheLastOwnerDoesNotCountDown) {
  const PageId page = allocate();
  expect_refused_unchanged("I30", "decrement_ref by the last who needs it, whose page would be nobody's",
                           [&] { pages.decrement_ref(page); });
}

TEST_F(Lab06Allocator, T2_NobodyNeedsAFreePage) {
  expect_refused_unchanged("I30", "increment_ref of a free page", [&] { pages.increment_ref(3); });
  expect_refused_unchanged("I30", "decrement_ref of a free page", [&] { pages.decrement_ref(3); });
}

TEST_F(Lab06Allocator, T2_AForeignPageIsRefused) {
  pages.increment_ref(cached()), pages.decrement_ref(0), pages.can_evict(0);  // say here that they are not written yet
  pages.take_from_cache(Pages{0});
  expect_foreign_refused("increment_ref", [&](PageId page) { pages.increment_ref(page); });
  expect_foreign_refused("decrement_ref", [&](PageId page) { pages.decrement_ref(page); });
  expect_foreign_refused("can_evict", [&](PageId page) { pages.can_evict(page); });
  expect_foreign_refused("give_to_cache", [&](PageId page) { pages.give_to_cache(Pages{0, page}); });
  expect_foreign_refused("take_from_cache", [&](PageId page) { pages.take_from_cache(Pages{page}); });
}

TEST_F(Lab06Allocator, T2_OnlyTheCachesPagesMayGo) {
  const PageId own = allocate(), needed = cached(1), unneeded = cached(0);
  EXPECT_TRUE(pages.can_evict(unneeded)) << "it is the cache's, and nobody needs it";
  EXPECT_FALSE(pages.can_evict(needed)) << "it is the cache's, but a request needs it";
  EXPECT_FALSE(pages.can_evict(own)) << "it is a request's: the cache has not got it";
  EXPECT_FALSE(pages.can_evict(5)) << "its count is 0, but it is free: the cache has not got it";
}

TEST_F(Lab06Allocator, T2_PublishingDropsTheWritersCount) {
  const Pages both = {allocate(), allocate()};
  pages.give_to_cache(both);
  for (const PageId page : both)
    expect_page(pages, page, PageOwner::cache, 0, "S12: the writer has published it, and its own count is dropped");
  EXPECT_EQ(pages.free_count(), 4u) << "two of six pages are cached, and not free";
  pages.increment_ref(both[0]);
  EXPECT_EQ(pages.slot(both[0]).ref_count, 1u) << "S12: the first lock makes it 1";
}

TEST_F(Lab06Allocator, T2_WhatIsNotAloneIsNotPublished) {
  const PageId own = allocate(), shared = allocate(2), already = cached(0), free = 5;
  const auto publish = [&](PageId second) { return [this, own, second] { pages.give_to_cache(Pages{own, second}); }; };
  expect_refused_unchanged("I3", "give_to_cache of a page that two need", publish(shared));
  expect_refused_unchanged("I3", "give_to_cache of the cache's page", publish(already));
  expect_refused_unchanged("I3", "give_to_cache of a free page", publish(free));
  const PageId locked = cached(1);
  expect_refused_unchanged("I3", "give_to_cache of the cache's page that one lock needs, so that its count is 1 too,",
                           publish(locked));
}

TEST_F(Lab06Allocator, T2_AnEvictedPageIsTheCallers) {
  const Pages both = {cached(0), cached(0)};
  pages.take_from_cache(both);
  for (const PageId page : both)
    expect_page(pages, page, PageOwner::request, 1, "evict hands it to its caller, who alone needs it");
  EXPECT_EQ(pages.free_count(), 4u) << "S9: an evicted page is free when its caller gave it back, not before";
  pages.deallocate(both[1]);
  EXPECT_EQ(pages.free_count(), 5u) << "its caller has given it back";
}

TEST_F(Lab06Allocator, T2_WhatIsNeededIsNotTaken) {
  const PageId own = allocate(), unneeded = cached(0), needed = cached(1), free = 5;
  const auto take = [&](PageId second) {
    return [this, unneeded, second] { pages.take_from_cache(Pages{unneeded, second}); };
  };
  expect_refused_unchanged("I19", "take_from_cache of a page that a request needs", take(needed));
  expect_refused_unchanged("I19", "take_from_cache of a request's own page", take(own));
  expect_refused_unchanged("I19", "take_from_cache of a free page", take(free));
}

TEST_F(Lab06Allocator, GivenOneOwnerLessOrFree) {
  const PageId shared = allocate(2), own = allocate();
  pages.give(shared);
  expect_page(pages, shared, PageOwner::request, 1, "one of two requests let go");
  pages.give(shared);
  pages.give(own);
  EXPECT_EQ(pages.free_count(), 6u);
  expect_refused_unchanged("I30", "give of a free page", [&] { pages.give(own); });
  const PageId cache = cached(0);
  expect_refused_unchanged("I30", "give of the cache's page", [&] { pages.give(cache); });
}

TEST_F(Lab06Allocator, GivenManyAtOnce) {
  Pages four(4);
  pages.take(four);
  EXPECT_EQ(four, (Pages{0, 1, 2, 3}));
  for (const PageId page : four) expect_page(pages, page, PageOwner::request, 1, "taken by its writer");
  Pages three(3);
  expect_refused_unchanged("I30", "take of three pages where two are free", [&] { pages.take(three); });
  const Pages twice = {0, 1, 0};
  expect_refused_unchanged("I30", "give of a page twice", [&] { pages.give(std::span<const PageId>(twice)); });
  pages.increment_ref(1);
  pages.give(std::span<const PageId>(four));
  EXPECT_EQ(pages.free_count(), 5u);
  expect_page(pages, 1, PageOwner::request, 1, "another owner needs it still");
}

TEST_F(Lab06Allocator, GivenLayers) {
  EXPECT_EQ(PageAllocator(1).layer_idx(), PageAllocator::kAllLayers);
  EXPECT_EQ(PageAllocator(1, 3).layer_idx(), 3);
  EXPECT_THROW(PageAllocator(1, -2), std::invalid_argument);
}

}  // namespace
}  // namespace radixlab
