/// \file
/// What the formulas of docs/numerics.md are made of: the two types, exp, and the three sums. The compiler must fuse
/// nothing, flush denormals and divide as IEEE says: -fmad=false -ftz=true -prec-div=true -prec-sqrt=true.
#pragma once
#include "kernels/cpu/bfloat16.hpp"
#include "kernels/cuda/language.cuh"

namespace radixlab::exact {

__device__ inline float widen(float x) { return x; }
__device__ inline float widen(BFloat16 x) { return __uint_as_float(static_cast<unsigned>(x.bits) << 16); }

/// T(x): rounded to nearest, ties to even. NaN stays NaN, though the carry may not reach its upper half.
template <class T>
__device__ T rounded(float x);
template <>
__device__ inline float rounded<float>(float x) {
  return x;
}
template <>
__device__ inline BFloat16 rounded<BFloat16>(float x) {
  const unsigned bits = __float_as_uint(x);
  const unsigned upper = x != x ? bits >> 16 | 0x40u : (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
  return {static_cast<std::uint16_t>(upper)};
}

__device__ inline float infinity() { return __uint_as_float(0x7f800000u); }
__device__ inline float not_a_number() { return __uint_as_float(0x7fc00000u); }

__device__ inline float exp(float x) {
  const float t = __fmaf_rn(x, 0x1.715476p+0f, 0x1.8p+23f), n = t - 0x1.8p+23f;
  float f = __fmaf_rn(n, -0x1.62e43p-1f, x);
  f = __fmaf_rn(n, 0x1.05c61p-29f, f);
  float p = 0x1.6ac6b2p-10f;
  p = __fmaf_rn(p, f, 0x1.123dep-7f);
  p = __fmaf_rn(p, f, 0x1.555858p-5f);
  p = __fmaf_rn(p, f, 0x1.55548cp-3f);
  p = __fmaf_rn(p, f, 0x1.fffffcp-2f);
  p = __fmaf_rn(p, f, 1.0f);
  p = __fmaf_rn(p, f, 1.0f);
  float r = p * __uint_as_float((__float_as_uint(t) << 23) + 0x3f800000u);
  if (x > 88.0f) r = infinity();
  if (x < -87.0f) r = 0.0f;
  return r;
}

/// The sum of a(i) b(i) for i < n that T has: in float32 a chain, in bfloat16 a tile sum. a, b: float(int i). No element
/// behind the last is asked for.
template <class T, class A, class B>
__device__ inline float sum_of_products(int n, const A& a, const B& b) {
  float sum = 0.0f;
  if constexpr (sizeof(T) == sizeof(float)) {
    for (int i = 0; i < n; ++i) sum = __fmaf_rn(a(i), b(i), sum);
  } else {
    for (int block = 0; block < n; block += 32) {
      float even = 0.0f, odd = 0.0f;
      for (int i = block; i < block + 32; i += 2) {
        even = i < n ? __fmaf_rn(a(i), b(i), even) : even + 0.0f;
        odd = i + 1 < n ? __fmaf_rn(a(i + 1), b(i + 1), odd) : odd + 0.0f;
      }
      sum = sum + (even + odd);
    }
  }
  return sum;
}

/// The tree over the lanes of a lane sum: 16 neighbouring threads, each with one, and all of them get the sum. All threads
/// of the warp must come.
__device__ inline float tree_sum(float lane) {
  for (int w = 8; w >= 1; w /= 2) lane = lane + __shfl_down_sync(0xffffffffu, lane, w, 16);
  return __shfl_sync(0xffffffffu, lane, 0, 16);
}

}  // namespace radixlab::exact
