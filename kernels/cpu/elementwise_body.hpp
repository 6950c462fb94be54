// Everything that goes over a row once: docs/numerics.md has each formula in C. T is float or
// BFloat16: loads widen, stores round.
#pragma once
#include "kernels/cpu/fma_tile.hpp"

namespace radixlab {

template <typename L>
struct ElementwiseBody {
  /// Calls f(i, lanes) for i = 0, 16, ...; lanes < 16 in a last, incomplete vector.
  template <typename F>
  RADIXLAB_INLINE static void for_each_vector(std::size_t n, const F& f) {
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16) f(i, Constant<16>::value);
    if (i < n) f(i, static_cast<int>(n - i));
  }

  RADIXLAB_INLINE static L exp(L x) {
    const L t = fma(x, L::broadcast(0x1.715476p+0f), L::broadcast(0x1.8p+23f));
    const L n = t - L::broadcast(0x1.8p+23f);
    L f = fma(n, L::broadcast(-0x1.62e43p-1f), x);
    f = fma(n, L::broadcast(0x1.05c61p-29f), f);
    L p = L::broadcast(0x1.6ac6b2p-10f);
    constexpr float kCoefficients[] = {0x1.123dep-7f, 0x1.555858p-5f, 0x1.55548cp-3f, 0x1.fffffcp-2f, 1.0f, 1.0f};
    for (const float c : kCoefficients) p = fma(p, f, L::broadcast(c));
    const L result = p * exponent_bits(t);
    const L not_large = where_greater(x, L::broadcast(88.0f), L::broadcast(__builtin_inff()), result);
    return where_greater(L::broadcast(-87.0f), x, L::broadcast(0.0f), not_large);  // NaN is neither: it stays
  }

  static void exp(const float* x, std::size_t n, float* out) {
    for_each_vector(n, [&](std::size_t i, int lanes) { exp(L::load_first(x + i, lanes)).store_first(out + i, lanes); });
  }

  template <typename T>
  static void rms_norm(const T* x, std::size_t d, const float* weight, float eps, T* y) {
    L squares = L::broadcast(0.0f);
    for_each_vector(d, [&](std::size_t i, int lanes) {
      const L v = L::load_first(x + i, lanes);
      squares = keep_first(fma(v, v, squares), lanes, squares);
    });
    const float mean = tree_sum(squares) / static_cast<float>(d);
    // A mean beyond all numbers would make a row of zeros: a normal answer to numbers that are broken.
    const bool finite = mean < __builtin_inff();
    const L inverse = L::broadcast(finite ? 1.0f / L::square_root(mean + eps) : __builtin_nanf(""));
    for_each_vector(d, [&](std::size_t i, int lanes) {
      (L::load_first(x + i, lanes) * inverse * L::load_first(weight + i, lanes)).store_first(y + i, lanes);
    });
  }

  template <typename T>
  static void rotate(T* x, std::size_t half, const float* cos, const float* sin) {
    for_each_vector(half, [&](std::size_t i, int lanes) {
      const L a = L::load_first(x + i, lanes), b = L::load_first(x + half + i, lanes);
      const L c = L::load_first(cos + i, lanes), s = L::load_first(sin + i, lanes);
      fma(negate(b), s, a * c).store_first(x + i, lanes);
      fma(a, s, b * c).store_first(x + half + i, lanes);
    });
  }

  template <typename T>
  static void silu_gate(const T* gate, const T* up, std::size_t n, T* out) {
    for_each_vector(n, [&](std::size_t i, int lanes) {
      const L g = L::load_first(gate + i, lanes);
      const L silu = g / (L::broadcast(1.0f) + exp(negate(g)));
      (silu * L::load_first(up + i, lanes)).store_first(out + i, lanes);
    });
  }

  template <typename T>
  static void add(T* x, const T* y, std::size_t n) {
    for_each_vector(n, [&](std::size_t i, int lanes) {
      (L::load_first(x + i, lanes) + L::load_first(y + i, lanes)).store_first(x + i, lanes);
    });
  }
};

}  // namespace radixlab
