/// \file
/// CUDA's intrinsics for g++: each rounds once, to nearest, and flushes to zero, since a launch sets the processor so.
#pragma once
#include <bit>
#include <cmath>

#include "kernels/cpu/force_inline.hpp"

// NOLINTBEGIN(bugprone-reserved-identifier): the names are CUDA's
RADIXLAB_INLINE float __fmaf_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
RADIXLAB_INLINE float __fmul_rn(float a, float b) { return a * b; }
RADIXLAB_INLINE float __fadd_rn(float a, float b) { return a + b; }
RADIXLAB_INLINE float __fsub_rn(float a, float b) { return a - b; }
RADIXLAB_INLINE float __fdiv_rn(float a, float b) { return a / b; }
RADIXLAB_INLINE float __frcp_rn(float a) { return 1.0f / a; }
RADIXLAB_INLINE float __fsqrt_rn(float a) { return __builtin_sqrtf(a); }

RADIXLAB_INLINE float __uint_as_float(unsigned bits) { return std::bit_cast<float>(bits); }
RADIXLAB_INLINE float __int_as_float(int bits) { return std::bit_cast<float>(bits); }
RADIXLAB_INLINE unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
RADIXLAB_INLINE int __float_as_int(float x) { return std::bit_cast<int>(x); }
RADIXLAB_INLINE int __popc(unsigned bits) { return std::popcount(bits); }
RADIXLAB_INLINE int __ffs(int bits) { return __builtin_ffs(bits); }
RADIXLAB_INLINE int __clz(int bits) { return std::countl_zero(static_cast<unsigned>(bits)); }

/// By way of the cache for data that no one writes; here a plain load.
template <typename T>
RADIXLAB_INLINE T __ldg(const T* p) {
  return *p;
}

// NOLINTEND(bugprone-reserved-identifier)

// CUDA has them without std::, for each pair of equal types.
#define RADIXLAB_MIN_MAX(type)                                       \
  RADIXLAB_INLINE type min(type a, type b) { return b < a ? b : a; } \
  RADIXLAB_INLINE type max(type a, type b) { return a < b ? b : a; }
RADIXLAB_MIN_MAX(int)
RADIXLAB_MIN_MAX(unsigned)
RADIXLAB_MIN_MAX(long)
RADIXLAB_MIN_MAX(unsigned long)
RADIXLAB_MIN_MAX(long long)
RADIXLAB_MIN_MAX(unsigned long long)
#undef RADIXLAB_MIN_MAX
RADIXLAB_INLINE float min(float a, float b) { return __builtin_fminf(a, b); }
RADIXLAB_INLINE float max(float a, float b) { return __builtin_fmaxf(a, b); }
