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

/// Two neighbours of a chain, as the processors' dot instruction takes them.
struct BFloat16Pair {
  BFloat16 even, odd;
};

/// The same pair widened.
struct FloatPair {
  float even, odd;
};

/// What one step of a chain takes: a float, or two bfloat16.
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
