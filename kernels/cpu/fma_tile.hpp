// The one inner loop of linear, attention scores and attention mix: R x B sums, each of them one chain of fused
// multiply-adds over k ascending. Everything else in the bodies arranges memory for it. A tile sum (tile_sum.hpp) is made
// of such chains.
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

  /// One step of each chain: sum[r][b] = fma(x[r * x_stride], w[b][at ...], sum[r][b]). Part says how w is loaded: as it
  /// lies, or one half of each pair.
  template <typename Part = L, typename X, typename W>
  RADIXLAB_INLINE void step(const X* x, std::size_t x_stride, const W* const (&w)[B], std::size_t at) {
    decltype(Part::load(w[0])) weight[B];
    for (int b = 0; b < B; ++b) weight[b] = Part::load(w[b] + at);
    multiply(x, x_stride, weight);
  }
  template <typename X, typename V>
  RADIXLAB_INLINE void multiply(const X* x, std::size_t x_stride, const V (&weight)[B]) {
    for (int r = 0; r < R; ++r) {
      const auto factor = L::broadcast(x[r * x_stride]);
      for (int b = 0; b < B; ++b) sum[r][b] = fma(factor, weight[b], sum[r][b]);
    }
  }

  /// Steps k = 0 .. count-1, at x[k] and w[b][k * w_stride]. kAhead: ahead[b], of the same form as w[b], is brought
  /// nearer meanwhile: for pages, which follow each other in no order that the processor could guess.
  /// Weights lie in a row, and there a hint is in the way.
  template <bool kAhead = false>
  RADIXLAB_INLINE void run(const float* x, std::size_t x_stride, const float* const (&w)[B],
                           const float* const (&ahead)[B], std::size_t w_stride, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
      if constexpr (kAhead) {
        for (int b = 0; b < B; ++b) L::prefetch(ahead[b] + k * w_stride);
      }
      step(x + k, x_stride, w, k * w_stride);
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
