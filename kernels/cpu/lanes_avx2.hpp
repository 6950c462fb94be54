// 16 floats in two ymm registers. The interface is that of lanes_scalar.hpp, which says it in plain C++.
#pragma once
#include <immintrin.h>

#include "kernels/cpu/bfloat16.hpp"

namespace radixlab::avx2 {

struct Lanes {
  __m256 lo, hi;

  static constexpr int kTileRows = 6;  // 6 x 1 sums of two registers, 2 weights and 1 factor in 16 registers
  static constexpr int tile_vectors(int rows) { return rows == 1 ? 4 : rows <= 3 ? 2 : 1; }
  using PairFactor = float;
  static constexpr std::size_t kPairsAtOnce = 1;

  static Lanes broadcast(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
  static Lanes load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
  static Lanes load_first(const float* p, int n) {
    return {_mm256_maskload_ps(p, first(n)), _mm256_maskload_ps(p + 8, first(n - 8))};
  }
  static Lanes load(const BFloat16* p) { return widen(load_bits(p)); }
  static Lanes load_first(const BFloat16* p, int n) {  // there is no masked access to 16 bits
    if (n == 16) return load(p);
    alignas(32) BFloat16 some[16] = {};
    __builtin_memcpy(some, p, static_cast<std::size_t>(n) * sizeof(BFloat16));
    return load(some);
  }
  void store(float* p) const {
    _mm256_storeu_ps(p, lo);
    _mm256_storeu_ps(p + 8, hi);
  }
  void store_first(float* p, int n) const {
    _mm256_maskstore_ps(p, first(n), lo);
    _mm256_maskstore_ps(p + 8, first(n - 8), hi);
  }

  void store(BFloat16* p) const {
    const __m256i halves = _mm256_packus_epi32(round(lo), round(hi));  // quarters 0 2 1 3
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_permute4x64_epi64(halves, 0b11'01'10'00));
  }
  void store_first(BFloat16* p, int n) const {
    if (n == 16) return store(p);
    alignas(32) BFloat16 all[16];
    store(all);
    __builtin_memcpy(p, all, static_cast<std::size_t>(n) * sizeof(BFloat16));
  }

  struct Even {
    template <int>
    static Lanes load(const BFloat16Pair* p, std::size_t) {
      return {even(load_bits(p)), even(load_bits(p + 8))};
    }
  };
  struct Odd {
    template <int>
    static Lanes load(const BFloat16Pair* p, std::size_t) {
      return {odd(load_bits(p)), odd(load_bits(p + 8))};
    }
  };

  friend Lanes operator+(Lanes a, Lanes b) { return {_mm256_add_ps(a.lo, b.lo), _mm256_add_ps(a.hi, b.hi)}; }
  friend Lanes operator-(Lanes a, Lanes b) { return {_mm256_sub_ps(a.lo, b.lo), _mm256_sub_ps(a.hi, b.hi)}; }
  friend Lanes operator*(Lanes a, Lanes b) { return {_mm256_mul_ps(a.lo, b.lo), _mm256_mul_ps(a.hi, b.hi)}; }
  friend Lanes operator/(Lanes a, Lanes b) { return {_mm256_div_ps(a.lo, b.lo), _mm256_div_ps(a.hi, b.hi)}; }
  friend Lanes fma(Lanes a, Lanes b, Lanes c) {
    return {_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
  }
  friend Lanes negate(Lanes a) {
    const __m256 sign = _mm256_set1_ps(-0.0f);
    return {_mm256_xor_ps(a.lo, sign), _mm256_xor_ps(a.hi, sign)};
  }
  friend Lanes max(Lanes a, Lanes b) { return {_mm256_max_ps(a.lo, b.lo), _mm256_max_ps(a.hi, b.hi)}; }
  friend Lanes where_greater(Lanes a, Lanes b, Lanes yes, Lanes no) {
    return {_mm256_blendv_ps(no.lo, yes.lo, _mm256_cmp_ps(a.lo, b.lo, _CMP_GT_OQ)),
            _mm256_blendv_ps(no.hi, yes.hi, _mm256_cmp_ps(a.hi, b.hi, _CMP_GT_OQ))};
  }
  friend Lanes keep_first(Lanes a, int n, Lanes other) {
    return {_mm256_blendv_ps(other.lo, a.lo, _mm256_castsi256_ps(first(n))),
            _mm256_blendv_ps(other.hi, a.hi, _mm256_castsi256_ps(first(n - 8)))};
  }
  friend Lanes exponent_bits(Lanes t) { return {exponent_bits(t.lo), exponent_bits(t.hi)}; }
  friend Lanes rounded(Lanes a) { return {even(round(a.lo)), even(round(a.hi))}; }
  friend float tree_sum(Lanes a) {
    const __m256 w8 = _mm256_add_ps(a.lo, a.hi);
    const __m128 w4 = _mm_add_ps(_mm256_castps256_ps128(w8), _mm256_extractf128_ps(w8, 1));
    const __m128 w2 = _mm_add_ps(w4, _mm_movehl_ps(w4, w4));
    return _mm_cvtss_f32(_mm_add_ss(w2, _mm_movehdup_ps(w2)));
  }
  friend float max_of(Lanes a) {
    const __m256 w8 = _mm256_max_ps(a.lo, a.hi);
    const __m128 w4 = _mm_max_ps(_mm256_castps256_ps128(w8), _mm256_extractf128_ps(w8, 1));
    const __m128 w2 = _mm_max_ps(w4, _mm_movehl_ps(w4, w4));
    return _mm_cvtss_f32(_mm_max_ss(w2, _mm_movehdup_ps(w2)));
  }

  static float square_root(float x) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); }
  static void prefetch(const void* p) { _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T0); }

 private:
  static __m256i first(int n) {  // all ones in the lanes below n; n may lie outside 0 .. 8
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static __m256i load_bits(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
  static __m256 odd(__m256i pairs) {
    return _mm256_castsi256_ps(_mm256_and_si256(pairs, _mm256_set1_epi32(static_cast<int>(0xffff0000u))));
  }
  static __m256 even(__m256i pairs) { return _mm256_castsi256_ps(_mm256_slli_epi32(pairs, 16)); }
  static Lanes widen(__m256i x) { return {widen(_mm256_castsi256_si128(x)), widen(_mm256_extracti128_si256(x, 1))}; }
  static __m256 widen(__m128i x) { return even(_mm256_cvtepu16_epi32(x)); }
  static __m256i round(__m256 x) {  // to bfloat16 in the low half of each lane
    const __m256i bits = _mm256_castps_si256(x), upper = _mm256_srli_epi32(bits, 16);
    const __m256i up = _mm256_add_epi32(_mm256_and_si256(upper, _mm256_set1_epi32(1)), _mm256_set1_epi32(0x7fff));
    const __m256i nearest = _mm256_srli_epi32(_mm256_add_epi32(bits, up), 16);
    const __m256i quiet = _mm256_or_si256(upper, _mm256_set1_epi32(0x40));
    return _mm256_blendv_epi8(nearest, quiet, _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q)));
  }
  static __m256 exponent_bits(__m256 t) {
    const __m256i power = _mm256_slli_epi32(_mm256_castps_si256(t), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(power, _mm256_set1_epi32(0x3f800000)));
  }
};

}  // namespace radixlab::avx2
