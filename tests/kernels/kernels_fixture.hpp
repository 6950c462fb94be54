// What the tests of the kernels share: one test an instruction set, inputs without any symmetry, a comparison of bits.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "kernels/cpu/flush_to_zero.hpp"
#include "kernels/cpu/kernels.hpp"

namespace radixlab {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Equal bits, or NaN on both sides (a NaN's payload is not specified). Fails unless equality is proved.
inline testing::AssertionResult same_bits(std::span<const float> got, std::span<const float> expected) {
  if (got.size() != expected.size()) {
    return testing::AssertionFailure() << got.size() << " values, expected " << expected.size();
  }
  for (std::size_t i = 0; i < got.size(); ++i) {
    const auto a = std::bit_cast<std::uint32_t>(got[i]), b = std::bit_cast<std::uint32_t>(expected[i]);
    if (a == b || (std::isnan(got[i]) && std::isnan(expected[i]))) continue;
    std::ostringstream message;
    message << "value " << i << " of " << got.size() << ": got " << got[i] << " (0x" << std::hex << a << "), expected "
            << expected[i] << " (0x" << b << ")";
    return testing::AssertionFailure() << message.str();
  }
  return testing::AssertionSuccess();
}

inline std::vector<float> random_floats(std::size_t n, std::uint32_t seed, float scale = 1) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0.1f, scale);
  std::vector<float> values(n);
  for (float& v : values) v = normal(generator);
  return values;
}

/// Values that tempt an instruction set to differ: zeros of both signs, denormals, products and sums that are denormal.
inline std::vector<float> tiny_floats(std::size_t n, std::uint32_t seed) {
  constexpr float kValues[] = {0.0f,      -0.0f,        0x1p-149f, -0x1.8p-127f,    0x1.fffffcp-127f,
                               0x1p-126f, -0x1.2p-126f, 0x1p-63f,  -0x1.01p-63f,    0x1.7p-64f,
                               0x1p-62f,  1.0f,         -1.5f,     0x1.000002p-126f};
  std::mt19937 generator(seed);
  std::vector<float> values(n);
  for (float& v : values) v = kValues[generator() % std::size(kValues)];
  return values;
}

class KernelsOf : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (!isa_supported(GetParam())) GTEST_SKIP() << "this processor has no " << isa_name(GetParam());
  }
  FlushToZero guard_;  // the reference loops run in this thread
};

inline std::string name_of(const testing::TestParamInfo<Isa>& info) { return std::string(isa_name(info.param)); }

#define RADIXLAB_FOR_EVERY_ISA(Suite) \
  INSTANTIATE_TEST_SUITE_P(Isa, Suite, testing::Values(Isa::scalar, Isa::avx2, Isa::avx512), name_of)

}  // namespace radixlab
