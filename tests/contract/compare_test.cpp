// A comparison of logits that NaN cannot pass.
#include "testing/compare.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>
#include <vector>

namespace radixlab {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();
using Floats = std::vector<float>;

TEST(Compare, EqualAndFinite) { EXPECT_EQ(first_difference(Floats{1, 2, -3}, Floats{1, 2, -3}), std::nullopt); }
TEST(Compare, TheFirstBitThatDiffers) {
  EXPECT_EQ(first_difference(Floats{1, 2, 3}, Floats{1, std::nextafter(2.0f, 3.0f), 4}), 1u);
  EXPECT_EQ(first_difference(Floats{0.0f}, Floats{-0.0f}), 0u);
}
TEST(Compare, NaNEqualsNothing) {
  const Floats a = {1, kNaN};
  EXPECT_EQ(first_difference(a, a), 1u);
  EXPECT_EQ(first_difference(Floats{kInf}, Floats{kInf}), 0u);
}
TEST(Compare, LengthsDiffer) { EXPECT_EQ(first_difference(Floats{1, 2}, Floats{1}), 1u); }

TEST(Compare, MaxError) {
  EXPECT_EQ(max_error(Floats{}, Floats{}), 0.0);
  EXPECT_DOUBLE_EQ(max_error(Floats{1, 5}, Floats{1, 3}), 0.5);
}
TEST(Compare, MaxErrorProvesNothingAboutNaN) {
  EXPECT_FALSE(max_error(Floats{1, kNaN}, Floats{1, 2}) <= 1e9);
  EXPECT_FALSE(max_error(Floats{1, 2}, Floats{1, kNaN}) <= 1e9);
  EXPECT_FALSE(max_error(Floats{kInf}, Floats{kInf}) <= 1e9);
  EXPECT_FALSE(max_error(Floats{1}, Floats{}) <= 1e9);
}

}  // namespace
}  // namespace radixlab
