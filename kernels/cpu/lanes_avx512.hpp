// 16 floats in one zmm register. The interface is that of lanes_scalar.hpp, which says it in plain C++.
// Compiled three times: where the processor has instructions for bfloat16, they round; they multiply pairs too, but not
// beside AMX, whose chips multiply faster by FMA.
#pragma once
#include <immintrin.h>

#include "kernels/cpu/bfloat16.hpp"

#if defined(__AMX_TILE__) || defined(__AMXTILE__)  // g++, clang
namespace radixlab::amx {
#elif defined(__AVX512BF16__)
#define RADIXLAB_DOT_INSTRUCTION
namespace radixlab::avx512_bf16 {
#else
namespace radixlab::avx512 {
#endif

struct Lanes {
  __m512 v;

  static constexpr int kTileRows = 6;  // 6 x 4 sums, 4 weights and 1 factor in 32 registers
  static constexpr int tile_vectors(int rows) { return rows <= 3 ? 8 : 4; }
#ifdef RADIXLAB_DOT_INSTRUCTION
  using PairFactor = BFloat16Pair;
  static constexpr std::size_t kPairsAtOnce = 2;
#else
  using PairFactor = float;
  static constexpr std::size_t kPairsAtOnce = 1;
#endif

  static Lanes broadcast(float x) { return {_mm512_set1_ps(x)}; }
  static Lanes load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static Lanes load_first(const float* p, int n) { return {_mm512_maskz_loadu_ps(first(n), p)}; }
  void store(float* p) const { _mm512_storeu_ps(p, v); }
  void store_first(float* p, int n) const { _mm512_mask_storeu_ps(p, first(n), v); }

  static Lanes load(const BFloat16* p) { return widen(_mm256_loadu_epi16(p)); }
  static Lanes load_first(const BFloat16* p, int n) { return widen(_mm256_maskz_loadu_epi16(first(n), p)); }
  void store(BFloat16* p) const { _mm256_storeu_epi16(p, round(v)); }
  void store_first(BFloat16* p, int n) const { _mm256_mask_storeu_epi16(p, first(n), round(v)); }

#ifdef RADIXLAB_DOT_INSTRUCTION
  struct Pairs {
    __m512i v;
  };
  // Two steps of a chain as a pair: of pairs k and k + 1 the number of k + 1 below that of k, which is multiplied first.
  // If there is no k + 1, then +0 stands in its place.
  struct Even {
    template <int kTaken>
    static Pairs load(const BFloat16Pair* p, std::size_t stride) {
      const __m512i first = _mm512_slli_epi32(_mm512_loadu_epi32(p), 16);
      if constexpr (kTaken == 1) return {first};
      return {_mm512_mask_blend_epi16(kUpper, _mm512_loadu_epi32(p + stride), first)};
    }
  };
  struct Odd {
    template <int kTaken>
    static Pairs load(const BFloat16Pair* p, std::size_t stride) {
      const __m512i first = _mm512_loadu_epi32(p);
      const __m512i second =
          kTaken == 1 ? _mm512_setzero_si512() : _mm512_srli_epi32(_mm512_loadu_epi32(p + stride), 16);
      return {_mm512_mask_blend_epi16(kUpper, second, first)};
    }
  };
  static Pairs broadcast(BFloat16Pair p) {
    __m512i pairs = _mm512_set1_epi32(__builtin_bit_cast(int, p));
    asm("" : "+v"(pairs));  // no instruction: clang 16 crashes where it sees 16 equal pairs become a __m512bh
    return {pairs};
  }
  friend Lanes fma(Pairs a, Pairs b, Lanes c) {  // the odd product first, and always flushing denormals
    return {_mm512_dpbf16_ps(c.v, (__m512bh)a.v, (__m512bh)b.v)};
  }
#else
  struct Even {
    template <int>
    static Lanes load(const BFloat16Pair* p, std::size_t) {
      return {even(_mm512_loadu_epi32(p))};
    }
  };
  struct Odd {
    template <int>
    static Lanes load(const BFloat16Pair* p, std::size_t) {
      return {odd(_mm512_loadu_epi32(p))};
    }
  };
#endif

  friend Lanes operator+(Lanes a, Lanes b) { return {_mm512_add_ps(a.v, b.v)}; }
  friend Lanes operator-(Lanes a, Lanes b) { return {_mm512_sub_ps(a.v, b.v)}; }
  friend Lanes operator*(Lanes a, Lanes b) { return {_mm512_mul_ps(a.v, b.v)}; }
  friend Lanes operator/(Lanes a, Lanes b) { return {_mm512_div_ps(a.v, b.v)}; }
  friend Lanes fma(Lanes a, Lanes b, Lanes c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
  friend Lanes negate(Lanes a) { return {_mm512_xor_ps(a.v, _mm512_set1_ps(-0.0f))}; }
  friend Lanes max(Lanes a, Lanes b) { return {_mm512_max_ps(a.v, b.v)}; }
  friend Lanes where_greater(Lanes a, Lanes b, Lanes yes, Lanes no) {
    return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ), no.v, yes.v)};
  }
  friend Lanes keep_first(Lanes a, int n, Lanes other) { return {_mm512_mask_blend_ps(first(n), other.v, a.v)}; }
  friend Lanes exponent_bits(Lanes t) {
    const __m512i power = _mm512_slli_epi32(_mm512_castps_si512(t.v), 23);
    return {_mm512_castsi512_ps(_mm512_add_epi32(power, _mm512_set1_epi32(0x3f800000)))};
  }
  friend Lanes rounded(Lanes a) { return widen(round(a.v)); }
  friend float tree_sum(Lanes a) {
    const __m256 w8 = _mm256_add_ps(_mm512_castps512_ps256(a.v), _mm512_extractf32x8_ps(a.v, 1));
    const __m128 w4 = _mm_add_ps(_mm256_castps256_ps128(w8), _mm256_extractf128_ps(w8, 1));
    const __m128 w2 = _mm_add_ps(w4, _mm_movehl_ps(w4, w4));
    return _mm_cvtss_f32(_mm_add_ss(w2, _mm_movehdup_ps(w2)));
  }
  friend float max_of(Lanes a) { return _mm512_reduce_max_ps(a.v); }

  static float square_root(float x) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); }
  static void prefetch(const void* p) { _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T0); }

 private:
  static __mmask16 first(int n) { return static_cast<__mmask16>((1u << n) - 1u); }
  static constexpr __mmask32 kUpper = 0xaaaaaaaau;  // of each pair, counted in halves
  static __m512 odd(__m512i pairs) {
    return _mm512_castsi512_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
  }
  static __m512 even(__m512i pairs) { return _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16)); }
  static Lanes widen(__m256i x) { return {even(_mm512_cvtepu16_epi32(x))}; }
#ifdef __AVX512BF16__
  static __m256i round(__m512 x) { return (__m256i)_mm512_cvtneps_pbh(x); }
#else
  static __m256i round(__m512 x) {
    const __m512i bits = _mm512_castps_si512(x), upper = _mm512_srli_epi32(bits, 16);
    const __m512i up = _mm512_add_epi32(_mm512_and_si512(upper, _mm512_set1_epi32(1)), _mm512_set1_epi32(0x7fff));
    const __m512i nearest = _mm512_srli_epi32(_mm512_add_epi32(bits, up), 16);
    const __mmask16 is_nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
    return _mm512_cvtepi32_epi16(_mm512_mask_or_epi32(nearest, is_nan, upper, _mm512_set1_epi32(0x40)));
  }
#endif
};

}  // namespace
