// 16 floats in an array: what every instruction set must do, and what runs where there is no other. Compiler builtins
// instead of <cmath> and <bit>, because these files include no inline functions of the library (see isa_table.hpp).
#pragma once
#include "kernels/cpu/bfloat16.hpp"

namespace radixlab::scalar {

struct Lanes {
  float v[16];

  static constexpr int kTileRows = 1;  // of the register tile: rows x tile_vectors(rows) sums
  static constexpr int tile_vectors(int) { return 1; }
  using PairFactor = float;                       // of a chain of a tile sum
  static constexpr std::size_t kPairsAtOnce = 1;  // 2 where an instruction takes two steps of such a chain

  static Lanes broadcast(float x) {
    return make([&](int) { return x; });
  }
  template <typename T>  // float or BFloat16, which is widened
  static Lanes load(const T* p) {
    return load_first(p, 16);
  }
  template <typename T>
  static Lanes load_first(const T* p, int n) {  // lanes n .. 15 are +0 and their memory is not touched
    return make([&](int i) { return i < n ? widen(p[i]) : 0.0f; });
  }
  template <typename T>  // float or BFloat16, which is rounded
  void store(T* p) const {
    store_first(p, 16);
  }
  void store_first(float* p, int n) const {
    for (int i = 0; i < n; ++i) p[i] = v[i];
  }
  void store_first(BFloat16* p, int n) const {
    for (int i = 0; i < n; ++i) p[i] = round(v[i]);
  }

  struct Even {  // one number of each of 16 pairs
    template <int>
    static Lanes load(const BFloat16Pair* p, std::size_t) {
      return make([&](int i) { return widen(p[i].even); });
    }
  };
  struct Odd {
    template <int>
    static Lanes load(const BFloat16Pair* p, std::size_t) {
      return make([&](int i) { return widen(p[i].odd); });
    }
  };

  friend Lanes operator+(const Lanes& a, const Lanes& b) {
    return make([&](int i) { return a.v[i] + b.v[i]; });
  }
  friend Lanes operator-(const Lanes& a, const Lanes& b) {
    return make([&](int i) { return a.v[i] - b.v[i]; });
  }
  friend Lanes operator*(const Lanes& a, const Lanes& b) {
    return make([&](int i) { return a.v[i] * b.v[i]; });
  }
  friend Lanes operator/(const Lanes& a, const Lanes& b) {
    return make([&](int i) { return a.v[i] / b.v[i]; });
  }
  friend Lanes fma(const Lanes& a, const Lanes& b, const Lanes& c) {  // one rounding
    return make([&](int i) { return __builtin_fmaf(a.v[i], b.v[i], c.v[i]); });
  }
  friend Lanes negate(const Lanes& a) {
    return make([&](int i) { return -a.v[i]; });
  }
  friend Lanes max(const Lanes& a, const Lanes& b) {  // b where either is NaN
    return make([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
  }
  friend Lanes where_greater(const Lanes& a, const Lanes& b, const Lanes& yes, const Lanes& no) {
    return make([&](int i) { return a.v[i] > b.v[i] ? yes.v[i] : no.v[i]; });
  }
  friend Lanes keep_first(const Lanes& a, int n, const Lanes& other) {  // lanes n .. 15 from other
    return make([&](int i) { return i < n ? a.v[i] : other.v[i]; });
  }
  friend Lanes exponent_bits(const Lanes& t) {  // 2^n, where the low bits of t hold n
    return make(
        [&](int i) { return __builtin_bit_cast(float, (__builtin_bit_cast(unsigned, t.v[i]) << 23) + 0x3f800000u); });
  }
  friend Lanes rounded(const Lanes& a) {  // to bfloat16
    return make([&](int i) { return widen(round(a.v[i])); });
  }
  friend float tree_sum(Lanes a) {
    for (int w = 8; w >= 1; w /= 2) {
      for (int i = 0; i < w; ++i) a.v[i] = a.v[i] + a.v[i + w];
    }
    return a.v[0];
  }
  friend float max_of(const Lanes& a) {
    float m = a.v[0];
    for (const float x : a.v) m = x > m ? x : m;
    return m;
  }

  static float square_root(float x) { return __builtin_sqrtf(x); }
  static void prefetch(const void*) {}

 private:
  static float widen(float x) { return x; }
  static float widen(BFloat16 x) { return __builtin_bit_cast(float, static_cast<unsigned>(x.bits) << 16); }
  static BFloat16 round(float x) {  // to the nearest, ties to even; NaN stays NaN
    const unsigned bits = __builtin_bit_cast(unsigned, x);
    const unsigned upper = x != x ? bits >> 16 | 0x40u : (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
    return {static_cast<std::uint16_t>(upper)};
  }
  template <typename F>
  static Lanes make(F lane) {
    Lanes result;
    for (int i = 0; i < 16; ++i) result.v[i] = lane(i);
    return result;
  }
};

}  // namespace radixlab::scalar
