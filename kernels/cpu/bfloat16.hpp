/// \file
/// bfloat16 as the kernels store it. Nothing computes with it: operands are widened to float32, results rounded
/// (docs/numerics.md). common/io/dtype.hpp converts single values.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/cpu/force_inline.hpp"

namespace radixlab {

/// The upper half of a float32.
struct BFloat16 {
  std::uint16_t bits;
};

/// Two neighbours of a sum: numbers 2i and 2i + 1.
struct BFloat16Pair {
  BFloat16 even, odd;
};

/// Neighbours that a tile sum takes together (docs/numerics.md): pairs of one block.
inline constexpr std::size_t kBlockPairs = 16;

/// What lies side by side for one step of a sum: a float, or two bfloat16.
template <typename T>
struct ChainStep {
  using Type = T;
};
template <>
struct ChainStep<BFloat16> {
  using Type = BFloat16Pair;
};
template <typename T>
using Step = typename ChainStep<T>::Type;

/// Elements a step: 1 or 2.
template <typename T>
inline constexpr std::size_t kStep = sizeof(Step<T>) / sizeof(T);

/// The same memory, step by step.
template <typename T>
RADIXLAB_INLINE Step<T>* steps(T* p) {
  return reinterpret_cast<Step<T>*>(p);
}
template <typename T>
RADIXLAB_INLINE const Step<T>* steps(const T* p) {
  return reinterpret_cast<const Step<T>*>(p);
}

}  // namespace radixlab
