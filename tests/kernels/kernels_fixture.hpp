// What the tests of the kernels share: one test an instruction set and type, inputs without any symmetry, a comparison
// of bits.
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

#include "io/dtype.hpp"
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
  constexpr float kValues[] = {0.0f,          -0.0f,        0x1p-149f, -0x1.8p-127f,     0x1.fffffcp-127f,
                               0x1p-126f,     -0x1.2p-126f, 0x1p-63f,  -0x1.01p-63f,     0x1.7p-64f,
                               0x1p-62f,      1.0f,         -1.5f,     0x1.000002p-126f, 0x1p-133f,
                               -0x1.fcp-127f, 0x1.02p-126f};
  std::mt19937 generator(seed);
  std::vector<float> values(n);
  for (float& v : values) v = kValues[generator() % std::size(kValues)];
  return values;
}

/// Values whose products and sums pass the largest number, or just do not.
inline std::vector<float> huge_floats(std::size_t n, std::uint32_t seed) {
  constexpr float kValues[] = {0x1.fep127f, -0x1.fep127f, 0x1.fffffep127f, 0x1p127f, -0x1p126f, 0x1.fep63f,
                               -0x1p64f,    0x1p63f,      0x1.02p64f,      1.0f,     -0.5f,     0.0f};
  std::mt19937 generator(seed);
  std::vector<float> values(n);
  for (float& v : values) v = kValues[generator() % std::size(kValues)];
  return values;
}

inline void assign(float& to, float value) { to = value; }
inline void assign(BFloat16& to, float value) { to.bits = f32_to_bf16(value); }
inline float widened(float value) { return value; }
inline float widened(BFloat16 value) { return bf16_to_f32(value.bits); }

/// Values rounded to T.
template <typename T>
std::vector<T> narrow(const std::vector<float>& values) {
  std::vector<T> result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) assign(result[i], values[i]);
  return result;
}
template <typename T>
std::vector<float> widen(const std::vector<T>& values) {
  std::vector<float> result;
  for (const T value : values) result.push_back(widened(value));
  return result;
}
/// Values that T has: what tests feed to a kernel and, as they are, to the reference.
template <typename T>
std::vector<float> only(const std::vector<float>& values) {
  return widen(narrow<T>(values));
}

/// What a suite runs on.
template <Isa I, typename T>
struct On {
  static constexpr Isa kIsa = I;
  using Type = T;
};

template <typename Where>
class KernelsOn : public testing::Test {
 protected:
  static constexpr Isa kIsa = Where::kIsa;
  void SetUp() override {
    if (!isa_supported(kIsa)) GTEST_SKIP() << "this processor has no " << isa_name(kIsa);
  }
  FlushToZero guard_;  // the reference loops run in this thread
};

struct NameOf {
  template <typename Where>
  static std::string GetName(int) {
    const bool is_float = std::is_same_v<typename Where::Type, float>;
    return std::string(isa_name(Where::kIsa)) + (is_float ? "_float32" : "_bfloat16");
  }
};

using EveryIsa = testing::Types<On<Isa::scalar, float>, On<Isa::avx2, float>, On<Isa::avx512, float>>;
using EveryIsaAndType = testing::Types<On<Isa::scalar, float>, On<Isa::avx2, float>, On<Isa::avx512, float>,
                                       On<Isa::avx512_bf16, float>, On<Isa::scalar, BFloat16>, On<Isa::avx2, BFloat16>,
                                       On<Isa::avx512, BFloat16>, On<Isa::avx512_bf16, BFloat16>>;

}  // namespace radixlab
