// Chapter 06: seed 000's calls, which are given and stand on the tasks. They take and free pages by themselves.
#include "counted_pages.hpp"

namespace radixlab {
namespace {

class Lab06Seed : public testing::Test {
 protected:
  std::shared_ptr<PageAllocator> pages = std::make_shared<PageAllocator>(8, 3);
  PagedRadixCache cache{pages, {.page_size = 2, .partial_hits = true}};

  template <class Call>
  void expect_unchanged(Call call, const std::string& name) {
    const AllPages before(*pages);
    const Snapshot tree = cache.snapshot();
    call();
    expect_same(before, *pages, name + " changes nothing");
    EXPECT_EQ(cache.snapshot().claimed, tree.claimed) << name << " changes nothing";
  }
  void TearDown() override {
    cache.check_integrity();
    expect_counts_fit(cache, "at the end of the test");
  }
};

TEST_F(Lab06Seed, GivenInsertSaysWhatIsNew) {
  EXPECT_EQ(cache.insert({{1, 2, 3, 4}}, cache.allocate(2)), 4u);
  EXPECT_EQ(cache.insert({{1, 2, 3, 4, 5, 6, 7}}, cache.allocate(4)), 2u) << "a page of the last four is new and full";
  EXPECT_EQ(cache.insert({{1, 2, 3, 4}}, cache.allocate(2)), 0u);
  EXPECT_EQ(cache.insert({{9}}, cache.allocate(1)), 0u) << "it fills no page";
  EXPECT_EQ(pages->free_count(), 5u) << "what the cache does not keep is freed";
  EXPECT_EQ(cache.get_stats(), (AllocatorStats{3, 5, 0, 8}));
}

TEST_F(Lab06Seed, GivenMatchNamesPages) {
  cache.insert({{1, 2, 3, 4, 5, 6}}, cache.allocate(3));
  const MatchResult found = cache.match_prefix(RadixKey{{1, 2, 3, 9}});
  EXPECT_EQ(found.handle.cached_len, 3u);
  EXPECT_EQ(found.page_ids, (Pages{0, 1}));
  EXPECT_EQ(&found.device_indices(), &found.page_ids);
  EXPECT_EQ(cache.get_stats().shared_pages, 0u);
  cache.lock_handle(found.handle);
  expect_page(*pages, 1, PageOwner::cache, 1, "the handle is locked");
  cache.unlock_handle(found.handle);
  EXPECT_TRUE(cache.match_prefix(RadixKey{{7}}).page_ids.empty());
  EXPECT_TRUE(cache.match_prefix(RadixKey{{1, 2}, 5}).page_ids.empty()) << "another tenant";
}

TEST_F(Lab06Seed, GivenInsertOfAPageThatIsShared) {
  const Pages own = cache.allocate(2);
  pages->increment_ref(own[1]);
  expect_unchanged([&] { expect_refused("I3", [&] { cache.insert({{1, 2, 3}}, own); }); }, "insert");
  pages->decrement_ref(own[1]);
  EXPECT_EQ(cache.insert({{1, 2, 3}}, own), 2u);
}

TEST_F(Lab06Seed, GivenAllocateEvicts) {
  cache.insert({{1, 2, 3, 4}}, cache.allocate(2));
  cache.insert({{5, 6, 7, 8}}, cache.allocate(2));
  EXPECT_EQ(cache.allocate(5), (Pages{0, 1, 4, 5, 6})) << "the oldest text goes, by one page more than was missing";
  EXPECT_EQ(cache.get_stats(), (AllocatorStats{7, 1, 0, 8}));
  EXPECT_EQ(cache.match_prefix(RadixKey{{1, 2}}).handle.cached_len, 0u);
  EXPECT_EQ(cache.match_prefix(RadixKey{{5, 6}}).handle.cached_len, 2u);
}

TEST_F(Lab06Seed, GivenAllocateRefuses) {
  cache.insert({{1, 2, 3, 4}}, cache.allocate(2));
  cache.insert({{5, 6, 7, 8}}, cache.allocate(2));
  const CacheHandle locked = cache.match_prefix(RadixKey{{1, 2, 3, 4}}).handle;
  cache.lock_handle(locked);
  expect_unchanged([&] { expect_refused("I25", [&] { cache.allocate(7); }); }, "allocate(7)");
  EXPECT_EQ(cache.allocate(0), Pages{});
  cache.unlock_handle(locked);
}

TEST_F(Lab06Seed, GivenEvictFrees) {
  cache.insert({{1, 2, 3, 4}}, cache.allocate(2));
  EXPECT_EQ(cache.evict(1, 3), (Pages{0, 1}));
  EXPECT_EQ(pages->free_count(), 8u);
  expect_unchanged([&] { expect_refused("I25", [&] { cache.evict(1, 3); }); }, "evict");
}

TEST_F(Lab06Seed, GivenALayerIsTheAllocators) {
  const int all = PageAllocator::kAllLayers;
  for (const int layer : {3, all}) {
    cache.insert({{1, 2}}, cache.allocate(1, layer), layer);
    EXPECT_EQ(cache.match_prefix(RadixKey{{1, 2}}, layer).handle.cached_len, 2u);
    EXPECT_EQ(cache.get_stats(layer).active_pages, 1u);
  }
  const Pages own = {pages->allocate().value()};
  expect_unchanged(
      [&] {
        EXPECT_THROW(cache.match_prefix(RadixKey{{1, 2}}, 2), std::invalid_argument);
        EXPECT_THROW(cache.insert({{8, 9}}, own, 2), std::invalid_argument);
        EXPECT_THROW(cache.allocate(1, 2), std::invalid_argument);
        EXPECT_THROW(cache.evict(1, 2), std::invalid_argument);
        EXPECT_THROW(cache.get_stats(2), std::invalid_argument);
      },
      "a call for a layer that is not the allocator's");
}

TEST_F(Lab06Seed, GivenNoAllocator) { EXPECT_THROW(PagedRadixCache(nullptr, {}), std::invalid_argument); }

}  // namespace
}  // namespace radixlab
