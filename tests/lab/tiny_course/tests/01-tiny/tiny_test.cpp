#include "01-tiny/tiny.hpp"

#include <gtest/gtest.h>

#include "01-tiny/greeting.hpp"
#include "helper.hpp"

namespace radixlab {
namespace {

TEST(Tiny, T1_OfThree) { EXPECT_EQ(twice(3), 6) << "3 and 3 is 6"; }

TEST(Tiny, T1_OfNothing) { EXPECT_EQ(twice(0), 0); }

TEST(Tiny, T2_OfFour) { EXPECT_EQ(half(4), kHalfOfFour); }

TEST(Tiny, T2_OfTwice) { EXPECT_EQ(half(twice(4)), 4); }

TEST(Tiny, T3_SaysHello) {
  EXPECT_EQ(greet("you"), "hello, you");
  if (HasFailure()) tell_a_story("Tiny.T3_SaysHello");
}

TEST(Tiny, GivenHalfOfTwice) { EXPECT_EQ(half(twice(7)), 7); }

}  // namespace
}  // namespace radixlab
