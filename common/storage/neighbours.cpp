#include "storage/neighbours.hpp"

#include "storage/vector_instructions.hpp"

namespace radixlab {
namespace {

// No way out before the end: that lets the compiler take a register of pages a step.
[[gnu::always_inline]] inline void write(PageId first, PageId* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = first + static_cast<PageId>(i);
}
[[gnu::always_inline]] inline bool recognise(const PageId* pages, std::size_t n) {
  PageId wrong = 0;
  for (std::size_t i = 0; i < n; ++i) wrong |= pages[i] ^ (pages[0] + static_cast<PageId>(i));
  return wrong == 0;
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void write_avx2(PageId first, PageId* out, std::size_t n) { write(first, out, n); }
[[gnu::target("avx2")]] bool recognise_avx2(const PageId* pages, std::size_t n) { return recognise(pages, n); }
#endif

}  // namespace

void write_neighbours(PageId first, std::span<PageId> out) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return write_avx2(first, out.data(), out.size());
#endif
  write(first, out.data(), out.size());
}

bool are_neighbours(std::span<const PageId> pages) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return recognise_avx2(pages.data(), pages.size());
#endif
  return recognise(pages.data(), pages.size());
}

}  // namespace radixlab
