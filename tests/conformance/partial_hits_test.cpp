// Hits that end inside a page.
#include <gtest/gtest.h>

#include "01-naive-manager/scheduler_cache.hpp"
#include "lives.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

// Not a row of the ladder yet (chapter 06): hits that end inside a page, each copied by the desk.
TEST(PartialHits, RandomLivesOnTheTree) {
  for (const std::size_t page_size : {3, 4, 16}) {
    LifeCounts sum;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const LifeOptions options = life_options(page_size, seed);
      RadixCacheManager manager({.page_size = page_size, .partial_hits = true});
      Story story(manager, page_size, true);
      FreeList source(options.num_pages);
      ASSERT_NO_THROW(sum += random_life(story, source, options)) << "P = " << page_size << ", seed " << seed;
    }
    EXPECT_GT(sum.copied, 300u);
    EXPECT_GT(sum.evicted, 1000u);
    EXPECT_GT(sum.renamed, 300u);
  }
}

TEST(PartialHits, I38_ThePageThatWasCopiedMayGo) {
  RadixCacheManager manager({.page_size = 4, .partial_hits = true});
  Story story(manager, 4, true);
  FreeList source(5);
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

}  // namespace
}  // namespace radixlab
