// The one inner loop of linear, attention scores and attention mix: R x B sums, each of them one chain of fused
// multiply-adds over k ascending. Everything else in the bodies arranges memory for it.
#pragma once
#include <cstddef>
#include <type_traits>

#include "kernels/cpu/bfloat16.hpp"
#include "kernels/cpu/force_inline.hpp"

namespace radixlab {

/// R rows of B vectors of sums, kept in registers: use it as a local variable with constant R and B only.
template <typename L, int R, int B>
struct FmaTile {
  L sum[R][B];

  RADIXLAB_INLINE void clear() {
    for (auto& row : sum) {
      for (L& s : row) s = L::broadcast(0.0f);
    }
  }
  /// last: lanes of the last vector of a row that exist, 1 .. 16.
  RADIXLAB_INLINE void load(const float* from, std::size_t stride, int last) {
    for (int r = 0; r < R; ++r) {
      for (int b = 0; b + 1 < B; ++b) sum[r][b] = L::load(from + r * stride + std::size_t{16} * b);
      sum[r][B - 1] = L::load_first(from + r * stride + std::size_t{16} * (B - 1), last);
    }
  }
  template <typename T>
  RADIXLAB_INLINE void store(T* to, std::size_t stride, int last) const {
    for (int r = 0; r < R; ++r) {
      for (int b = 0; b + 1 < B; ++b) sum[r][b].store(to + r * stride + 16 * b);
      sum[r][B - 1].store_first(to + r * stride + 16 * (B - 1), last);
    }
  }

  /// sum[r][b] = fma(x[r * x_stride + k], w[b][k * w_stride .. + 15], sum[r][b]) for k = 0 .. count-1. X and W are both
  /// float, or both pairs (then a step is two products, the odd one first; x may be widened unless L::kPairAtOnce), or
  /// float and BFloat16.
  template <typename X, typename W>
  RADIXLAB_INLINE void run(const X* x, std::size_t x_stride, const W* const (&w)[B], std::size_t w_stride,
                           std::size_t count) {
    chains<false>(x, x_stride, w, w, w_stride, count);
  }

  /// Meanwhile brings ahead[b], of the same form as w[b], nearer: for pages, which follow each other in no order that
  /// the processor could guess. Weights lie in a row, and there a hint is in the way.
  template <typename X, typename W>
  RADIXLAB_INLINE void run(const X* x, std::size_t x_stride, const W* const (&w)[B], const W* const (&ahead)[B],
                           std::size_t w_stride, std::size_t count) {
    chains<true>(x, x_stride, w, ahead, w_stride, count);
  }

 private:
  template <bool kAhead, typename X, typename W>
  RADIXLAB_INLINE void chains(const X* x, std::size_t x_stride, const W* const (&w)[B], const W* const (&ahead)[B],
                              std::size_t w_stride, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
      if constexpr (kAhead) {
        for (int b = 0; b < B; ++b) L::prefetch(ahead[b] + k * w_stride);
      }
      if constexpr (std::is_same_v<W, BFloat16Pair> && !L::kPairAtOnce) {
        step<typename L::Odd>(x + k, x_stride, w, k * w_stride);
        step<typename L::Even>(x + k, x_stride, w, k * w_stride);
      } else {
        step<L>(x + k, x_stride, w, k * w_stride);
      }
    }
  }

  /// Part says how to load: plain numbers and pairs as they are, or one half of each pair.
  template <typename Part, typename X, typename W>
  RADIXLAB_INLINE void step(const X* x, std::size_t x_stride, const W* const (&w)[B], std::size_t at) {
    decltype(Part::load(w[0])) weight[B];
    for (int b = 0; b < B; ++b) weight[b] = Part::load(w[b] + at);
    for (int r = 0; r < R; ++r) {
      const auto factor = Part::broadcast(x[r * x_stride]);
      for (int b = 0; b < B; ++b) sum[r][b] = fma(factor, weight[b], sum[r][b]);
    }
  }
};

/// Calls f(Constant<n>{}) for a number n in 1 .. Max that is known at run time only.
template <int N>
struct Constant {
  static constexpr int value = N;
};
template <int Max, typename F>
RADIXLAB_INLINE void with_constant(std::size_t n, const F& f) {
  if (n == Max) {
    f(Constant<Max>{});
  } else if constexpr (Max > 1) {
    with_constant<Max - 1>(n, f);
  }
}

}  // namespace radixlab
