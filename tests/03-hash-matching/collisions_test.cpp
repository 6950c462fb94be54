// The collision lab on the whole manager: random request lives, every call checked against brute force, under hashes that
// collide on purpose.
#include <gtest/gtest.h>

#include "03-hash-matching/bad_hashes.hpp"
#include "03-hash-matching/hash_cache_manager.hpp"
#include "lives.hpp"

namespace radixlab {
namespace {

class Lab03Lives : public testing::TestWithParam<BadHash> {};

TEST_P(Lab03Lives, GivenNoAnswerChanges) {
  constexpr std::size_t kLives = num_lives(10, 3);
  LifeCounts sum;
  for (const std::size_t P : {1, 3, 4, 16})
    for (std::uint64_t seed = 1; seed <= kLives; ++seed) {
      const LifeOptions options = life_options(P, seed);
      Story cache(std::make_unique<HashCacheManager>(P, GetParam().block), P, false);
      FreeList pages(options.num_pages);
      try {
        sum += random_life(cache, pages, options);
      } catch (const std::exception& error) {
        FAIL() << GetParam().name << ", pages of " << P << ", seed " << seed << ": " << error.what();
      }
    }
  EXPECT_GT(sum.reused, 100 * kLives) << "given: without hits these lives show nothing";
  EXPECT_GT(sum.evicted, 100 * kLives);
  EXPECT_GT(sum.stale, 0u);
}

INSTANTIATE_TEST_SUITE_P(Hashes, Lab03Lives, testing::ValuesIn(kBadHashes),
                         [](const auto& hash) { return std::string(hash.param.name); });
INSTANTIATE_TEST_SUITE_P(NoParent, Lab03Lives,
                         testing::Values(BadHash{"own", "a block's own tokens", roll_hash, own_tokens_block}),
                         [](const auto& hash) { return std::string(hash.param.name); });

}  // namespace
}  // namespace radixlab
