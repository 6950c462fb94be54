// Chapter 12, task 12.1: the count of look-ups.
#include <gtest/gtest.h>

#include "12-toy/toy_cache_manager.hpp"

namespace radixlab {
namespace {

const std::vector<TokenId> kText = {7, 7, 3};

TEST(Lab12Toy, T1_CountsEachLookUp) {
  ToyCacheManager cache;
  cache.match_prefix(kText);
  cache.match_prefix(kText);
  EXPECT_EQ(cache.look_ups(), 2u) << "each look-up counts, found or not";
}

TEST(Lab12Toy, T1_FindsNothing) {
  ToyCacheManager cache;
  EXPECT_EQ(cache.match_prefix(kText).cached_len, 0u);
}

}  // namespace
}  // namespace radixlab
