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

/// Two bfloat16 side by side in a word, the first in its lower half: each widened, and two that are rounded.
__device__ inline float first_of(unsigned pair) { return __uint_as_float(pair << 16); }
__device__ inline float second_of(unsigned pair) { return __uint_as_float(pair & 0xffff0000u); }
__device__ inline unsigned pair_of(float first, float second) {
  return rounded<BFloat16>(first).bits | static_cast<unsigned>(rounded<BFloat16>(second).bits) << 16;
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

/// A sum of products as T has it, term by term: in float32 a chain, in bfloat16 a tile sum. So a thread can have several that
/// grow together. They stay in registers if the loops over them, and over the terms of a vector load, are unrolled.
template <class T>
struct RunningSum {
  static constexpr bool kChain = sizeof(T) == sizeof(float);
  static constexpr int kBlock = 32;  // terms

  float sum = 0.0f, even = 0.0f, odd = 0.0f;

  /// The term at place i, after those before it; only whether i is even matters.
  __device__ void add(int i, float a, float b) {
    if constexpr (kChain) {
      sum = __fmaf_rn(a, b, sum);
    } else if (i % 2 == 0) {
      even = __fmaf_rn(a, b, even);
    } else {
      odd = __fmaf_rn(a, b, odd);
    }
  }
  /// Comes after each kBlock terms, counted from the first.
  __device__ void end_block() {
    if constexpr (!kChain) {
      sum = sum + (even + odd);
      even = odd = 0.0f;
    }
  }
  /// The sum of n terms, all of which were added. The +0 that fill up a last block: place 31 is always one of them, and what it
  /// makes of the odd chain is never -0, so those of the even chain change nothing.
  __device__ float value(int n) const { return kChain || n % kBlock == 0 ? sum : sum + (even + (odd + 0.0f)); }
};

/// The sum of a(i) b(i) for i < n. a, b: float(int i). No element behind the last is asked for.
template <class T, class A, class B>
__device__ inline float sum_of_products(int n, const A& a, const B& b) {
  RunningSum<T> sum;
  for (int i = 0; i < n; ++i) {
    sum.add(i, a(i), b(i));
    if (i % sum.kBlock == sum.kBlock - 1) sum.end_block();
  }
  return sum.value(n);
}

/// What the sum over an attention's positions ends with: in bfloat16 it becomes +0 if it is -0, which would tell how many blocks
/// there were.
template <class T>
__device__ inline float end_of_mix(float sum) {
  return sizeof(T) == sizeof(float) ? sum : sum + 0.0f;
}

/// The tree over the lanes of a lane sum: 16 neighbouring threads, each with one, and all of them get the sum. All threads
/// of the warp must come.
__device__ inline float tree_sum(float lane) {
  for (int w = 8; w >= 1; w /= 2) lane = lane + __shfl_down_sync(0xffffffffu, lane, w, 16);
  return __shfl_sync(0xffffffffu, lane, 0, 16);
}

}  // namespace radixlab::exact
