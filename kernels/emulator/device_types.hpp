/// \file
/// CUDA's vector types for g++. Aligned as on a GPU, so that a `float4` is one load of 16 bytes. Make values with make_*: from
/// braces g++ makes several stores.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/cpu/force_inline.hpp"

struct uint3 {
  unsigned x, y, z;
};

/// Extents of a grid or of a block; what is left out is 1.
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};

#define RADIXLAB_VECTOR_TYPES(type, name)                                   \
  struct alignas(2 * sizeof(type)) name##2 {                                \
    type x, y;                                                              \
  };                                                                        \
  struct alignas(4 * sizeof(type)) name##4 {                                \
    type x, y, z, w;                                                        \
  };                                                                        \
  RADIXLAB_INLINE name##2 make_##name##2(type x, type y) { return {x, y}; } \
  RADIXLAB_INLINE name##4 make_##name##4(type x, type y, type z, type w) { return {x, y, z, w}; }
RADIXLAB_VECTOR_TYPES(float, float)
RADIXLAB_VECTOR_TYPES(int, int)
RADIXLAB_VECTOR_TYPES(unsigned, uint)
#undef RADIXLAB_VECTOR_TYPES
