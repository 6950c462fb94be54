#include <algorithm>
#include <bit>

#include "storage/match_len.hpp"
#include "storage/vector_instructions.hpp"

namespace radixlab {
namespace {

// One token a step, from token i on.
std::size_t finish(const TokenId* a, const TokenId* b, std::size_t i, std::size_t n) {
  while (i < n && a[i] == b[i]) ++i;
  return i;
}

// Every processor. No way out of a block before its end: that lets the compiler use the registers that all have.
std::size_t compare_blocks(const TokenId* a, const TokenId* b, std::size_t n) {
  constexpr std::size_t kBlock = 32;
  std::size_t i = 0;
  for (TokenId differs = 0; i + kBlock <= n; i += kBlock) {
    for (std::size_t j = i; j < i + kBlock; ++j) differs |= a[j] ^ b[j];
    if (differs != 0) break;
  }
  return finish(a, b, i, n);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] inline __m256i load(const TokenId* eight) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(eight));  // u: a run begins at any token
}

// REQUIRES: n >= 8. Steps of 32 tokens say whether something differs, steps of 8 say where.
[[gnu::target("avx2")]] std::size_t compare_avx2(const TokenId* a, const TokenId* b, std::size_t n) {
  std::size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    __m256i differs = _mm256_setzero_si256();
    for (std::size_t j = i; j < i + 32; j += 8)
      differs = _mm256_or_si256(differs, _mm256_xor_si256(load(a + j), load(b + j)));
    if (!_mm256_testz_si256(differs, differs)) break;
  }
  for (; i < n; i += 8) {
    i = std::min(i, n - 8);  // the last step looks at some tokens again, never behind the end
    const __m256i equal = _mm256_cmpeq_epi32(load(a + i), load(b + i));
    const auto lanes = static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(equal)));  // a bit a token
    if (lanes != 0xff) return i + static_cast<std::size_t>(std::countr_one(lanes));
  }
  return n;
}
#endif

}  // namespace

std::size_t get_match_len(std::span<const TokenId> a, std::span<const TokenId> b) {
  const std::size_t n = std::min(a.size(), b.size());
  if (n < 8) return finish(a.data(), b.data(), 0, n);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return compare_avx2(a.data(), b.data(), n);  // asks a word in memory, not cpuid
#endif
  return compare_blocks(a.data(), b.data(), n);
}

}  // namespace radixlab
