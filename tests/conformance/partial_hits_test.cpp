// Hits that end inside a page.
#include <gtest/gtest.h>

#include "lives.hpp"

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
  }
}

}  // namespace
}  // namespace radixlab
