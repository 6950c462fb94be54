// Hits that end inside a page: what a desk does with one, and how one is found among many children.
#include <random>

#include "01-naive-manager/scheduler_cache.hpp"
#include "conformance.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

TEST(PartialHits, I38_ThePageThatWasCopiedMayGo) {
  const auto pages = std::make_shared<PageAllocator>(5);
  PageAllocator& source = *pages;
  PagedRadixCache manager(pages, {.page_size = 4, .partial_hits = true});
  Story story(manager, 4, true);
  FakeKv kv(5, 4);
  CacheManager desk(story, source, kv, 4);
  Request first{.tokens = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      r{.tokens = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 22}};
  ASSERT_TRUE(desk.start(first));
  kv.write(first.tokens, first.pages, 0);
  first.computed = 12;
  desk.finish(first);
  ASSERT_TRUE(desk.start(r));
  EXPECT_EQ(r.hit, 10u);
  EXPECT_EQ(r.handle.cached_len, 8u);
  kv.check({std::span(r.tokens).first(10), 0}, r.pages);
  EXPECT_EQ(story.size_info(), (SizeInfo{1, 2}));
  EXPECT_TRUE(desk.grow(r, 20)) << "alone, it has the pool of 5 pages to itself";
  EXPECT_EQ(r.pages.size(), 5u);
  kv.check({std::span(r.tokens).first(10), 0}, r.pages);
  desk.finish(r);
  EXPECT_NO_THROW(story.same_as_snapshot());
}

// So many children of one node that they are kept in order, as texts come, are cut and go. Story knows the longest hit.
TEST(PartialHits, AmongManyChildrenTheLongestHitIsFound) {
  for (const std::size_t P : {3, 16}) {
    const auto allocator = std::make_shared<PageAllocator>(1000);
    PageAllocator& source = *allocator;
    PagedRadixCache manager(allocator, {.page_size = P, .partial_hits = true});
    Story story(manager, P, true);
    std::mt19937 rng(static_cast<unsigned>(P));
    const auto text = [&](std::size_t tokens) {
      std::vector<TokenId> all(tokens);
      for (TokenId& token : all) token = static_cast<TokenId>(rng() % 9);
      return all;
    };
    for (int step = 0; step < 3000; ++step) {
      const std::size_t most = step % 1000 < 600 ? 120 : 10;  // pages
      while (story.size_info().evictable_size > most)
        for (const PageId page : story.evict(1)) source.give(page);
      const CacheHandle hit = story.match_prefix({text(1 + rng() % (2 * P)), 0});
      std::vector<PageId> copied((hit.cached_len + P - 1) / P);
      ASSERT_NO_THROW(story.copy_pages(hit, copied));
      std::vector<PageId> pages(1 + rng() % 3), named(pages.size());
      for (PageId& page : pages) page = source.take().value();
      story.copy_pages(story.insert_prefix({text(P * pages.size()), 0}, pages, {}).handle, named);
      for (const PageId page : pages)
        if (std::ranges::find(named, page) == named.end()) source.give(page);
    }
    EXPECT_NO_THROW(story.same_as_snapshot());
  }
}

}  // namespace
}  // namespace radixlab
