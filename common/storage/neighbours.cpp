#include "storage/neighbours.hpp"

#include "storage/vector_instructions.hpp"

namespace radixlab {
namespace {

void write(PageId first, PageId* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = first + static_cast<PageId>(i);
}
std::size_t count(const PageId* pages, std::size_t n, std::size_t known) {
  while (known < n && pages[known] == pages[0] + known) ++known;
  return known;
}

#if defined(__x86_64__)
// first, first + 1 ... first + 7
[[gnu::target("avx2")]] inline __m256i eight_from(std::size_t first) {
  return _mm256_add_epi32(_mm256_set1_epi32(static_cast<int>(first)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

[[gnu::target("avx2")]] inline __m256i load(const PageId* eight) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(eight));
}

// REQUIRES: n >= 8. The last step writes some pages again, never behind the end.
[[gnu::target("avx2")]] void write_avx2(PageId first, PageId* out, std::size_t n) {
  const __m256i step = _mm256_set1_epi32(8);
  __m256i pages = eight_from(first);
  for (std::size_t i = 0; i + 8 <= n; i += 8) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), pages);
    pages = _mm256_add_epi32(pages, step);
  }
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + n - 8), eight_from(first + n - 8));
}

[[gnu::target("avx2")]] std::size_t count_avx2(const PageId* pages, std::size_t n) {
  const __m256i step = _mm256_set1_epi32(8);
  __m256i expected = eight_from(pages[0]);
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const __m256i differs = _mm256_xor_si256(load(pages + i), expected);
    if (!_mm256_testz_si256(differs, differs)) break;
    expected = _mm256_add_epi32(expected, step);
  }
  return count(pages, n, i);
}
#endif

}  // namespace

void write_neighbours(PageId first, std::span<PageId> out) {
#if defined(__x86_64__)
  if (out.size() >= 8 && __builtin_cpu_supports("avx2")) return write_avx2(first, out.data(), out.size());
#endif
  write(first, out.data(), out.size());
}

std::size_t count_neighbours(std::span<const PageId> pages) {
#if defined(__x86_64__)
  if (pages.size() >= 8 && __builtin_cpu_supports("avx2")) return count_avx2(pages.data(), pages.size());
#endif
  return count(pages.data(), pages.size(), 0);
}

}  // namespace radixlab
