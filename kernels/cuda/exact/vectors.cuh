/// \file
/// Chunks of 16 bytes: what a thread loads at most in one instruction. Addresses are multiples of 16.
#pragma once
#include "kernels/cuda/exact/numerics.cuh"

namespace radixlab::exact {

/// Numbers of a chunk.
template <class T>
constexpr int kVector = 16 / sizeof(T);

/// N floats, a multiple of 4.
template <int N>
__device__ inline void load_floats(const float* from, float (&to)[N]) {
#pragma unroll
  for (int i = 0; i < N; i += 4) {
    const float4 v = *reinterpret_cast<const float4*>(from + i);
    to[i] = v.x, to[i + 1] = v.y, to[i + 2] = v.z, to[i + 3] = v.w;
  }
}
/// A chunk, widened.
__device__ inline void load(const float* from, float (&to)[4]) { load_floats(from, to); }
__device__ inline void load(const BFloat16* from, float (&to)[8]) {
  const uint4 v = *reinterpret_cast<const uint4*>(from);
  const unsigned pairs[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
  for (int i = 0; i < 8; ++i) to[i] = i % 2 == 0 ? first_of(pairs[i / 2]) : second_of(pairs[i / 2]);
}

/// Two neighbours, in one instruction. The address is a multiple of 2 * sizeof(T).
__device__ inline float2 load_pair(const float* from) { return *reinterpret_cast<const float2*>(from); }
__device__ inline float2 load_pair(const BFloat16* from) {
  const unsigned pair = *reinterpret_cast<const unsigned*>(from);
  return make_float2(first_of(pair), second_of(pair));
}
__device__ inline void store_pair(float* to, float a, float b) { *reinterpret_cast<float2*>(to) = make_float2(a, b); }
__device__ inline void store_pair(BFloat16* to, float a, float b) { *reinterpret_cast<unsigned*>(to) = pair_of(a, b); }

}  // namespace radixlab::exact
