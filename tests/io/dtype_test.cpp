#include "io/dtype.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace radixlab {
namespace {

/// The value of float16 bits by the definition of the format, in double.
double f16_by_definition(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const double magnitude = exponent ? std::ldexp(1024 + fraction, exponent - 25) : std::ldexp(fraction, -24);
  return bits & 0x8000 ? -magnitude : magnitude;
}

TEST(DType, TableIsInOrder) {
  for (std::size_t i = 0; i < std::size(dtype_table); ++i) EXPECT_EQ(static_cast<std::size_t>(dtype_table[i].type), i);
  EXPECT_EQ(dtype_name(DType::f8_e5m2), "F8_E5M2");
  EXPECT_EQ(dtype_size(DType::i64), 8);
}

TEST(DType, EveryFloat16WidensExactlyAndComesBack) {
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    const float wide = f16_to_f32(bits);
    if ((bits & 0x7c00) == 0x7c00) {
      EXPECT_EQ(std::isinf(wide), (bits & 0x3ff) == 0) << i;
      EXPECT_EQ(std::isnan(wide), (bits & 0x3ff) != 0) << i;
      EXPECT_EQ(std::isnan(f16_to_f32(f32_to_f16(wide))), std::isnan(wide)) << i;
    } else {
      ASSERT_EQ(static_cast<double>(wide), f16_by_definition(bits)) << i;
      ASSERT_EQ(std::signbit(wide), (bits & 0x8000) != 0) << i;
      ASSERT_EQ(f32_to_f16(wide), bits) << i;
    }
  }
}

TEST(DType, EveryBfloat16ComesBack) {
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const float wide = bf16_to_f32(static_cast<std::uint16_t>(i));
    if (std::isnan(wide)) {
      EXPECT_TRUE(std::isnan(bf16_to_f32(f32_to_bf16(wide))));
    } else {
      ASSERT_EQ(f32_to_bf16(wide), i);
    }
  }
}

/// Between two neighbours the nearer is taken, and half way the even one.
TEST(DType, RoundsToNearestEven) {
  for (std::uint16_t low = 0; low < 0x7bff; ++low) {
    const float a = f16_to_f32(low), b = f16_to_f32(static_cast<std::uint16_t>(low + 1)), middle = (a + b) / 2;
    ASSERT_EQ(f32_to_f16(middle), low + (low & 1)) << low;
    ASSERT_EQ(f32_to_f16(std::nextafter(middle, a)), low) << low;
    ASSERT_EQ(f32_to_f16(std::nextafter(middle, b)), low + 1) << low;
  }
  EXPECT_EQ(f32_to_f16(65519.996F), 0x7bff);
  EXPECT_EQ(f32_to_f16(65520.0F), 0x7c00);
  EXPECT_EQ(f32_to_f16(-1e30F), 0xfc00);
  EXPECT_EQ(f32_to_bf16(std::bit_cast<float>(0x3f808000U)), 0x3f80);
  EXPECT_EQ(f32_to_bf16(std::bit_cast<float>(0x3f818000U)), 0x3f82);
  EXPECT_EQ(f32_to_bf16(std::bit_cast<float>(0x3f808001U)), 0x3f81);
  EXPECT_EQ(f32_to_bf16(std::numeric_limits<float>::max()), 0x7f80);
}

}  // namespace
}  // namespace radixlab
