// What the tests of the kernels share: one test an instruction set and type, inputs without any symmetry, a comparison
// of bits.
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "io/dtype.hpp"
#include "kernels/cpu/flush_to_zero.hpp"
#include "kernels/cpu/isa_table.hpp"
#include "kernels/cpu/kernels.hpp"
#include "testing/short_form.hpp"

namespace radixlab {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Whole pages of memory between two that are forbidden.
class GuardedMemory {
 public:
  explicit GuardedMemory(std::size_t bytes);
  ~GuardedMemory();
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;
  std::byte* begin() const { return all_ + page_; }
  std::byte* end() const { return all_ + size_ - page_; }

 private:
  std::size_t page_, size_;
  std::byte* all_;
};

/// Equal bits, or NaN on both sides (a NaN's payload is not specified). Fails unless equality is proved.
testing::AssertionResult same_bits(std::span<const float> got, std::span<const float> expected);

std::vector<float> random_floats(std::size_t n, std::uint32_t seed, float scale = 1);
/// Values that tempt an instruction set to differ: zeros of both signs, denormals, products and sums that are denormal.
std::vector<float> tiny_floats(std::size_t n, std::uint32_t seed);
/// Values whose products and sums pass the largest number, or just do not.
std::vector<float> huge_floats(std::size_t n, std::uint32_t seed);

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

/// Where an array has a page that nobody may touch, by whatever instruction.
enum class Guarded { in_front, behind };

/// n numbers of T that begin behind such a page, or end before it.
template <typename T>
class GuardedArray {
 public:
  GuardedArray(std::size_t n, Guarded at)
      : memory_(n * sizeof(T)),
        data_(reinterpret_cast<T*>(at == Guarded::in_front ? memory_.begin() : memory_.end() - n * sizeof(T))) {}
  T* data() const { return data_; }

 private:
  GuardedMemory memory_;
  T* data_;
};

/// A kernel's scratch: n floats, all NaN, in front of a page that nobody may touch.
class NoNumbers : public GuardedArray<float> {
 public:
  explicit NoNumbers(std::size_t n) : GuardedArray((n + 15) / 16 * 16,
                                                   Guarded::behind) {  // on a multiple of 64 bytes
    std::fill_n(data(), (n + 15) / 16 * 16, kNaN);
  }
};

template <typename T>
const TypeTable<T>& type_table(Isa isa) {
  if constexpr (std::is_same_v<T, float>) {
    return isa_table(isa).float32;
  } else {
    return isa_table(isa).bfloat16;
  }
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
using EveryIsaAndType =
    testing::Types<On<Isa::scalar, float>, On<Isa::avx2, float>, On<Isa::avx512, float>, On<Isa::avx512_bf16, float>,
                   On<Isa::scalar, BFloat16>, On<Isa::avx2, BFloat16>, On<Isa::avx512, BFloat16>,
                   On<Isa::avx512_bf16, BFloat16>, On<Isa::amx, BFloat16>>;

}  // namespace radixlab
