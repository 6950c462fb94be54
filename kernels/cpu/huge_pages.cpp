#include "kernels/cpu/huge_pages.hpp"

#include <cstdint>
#include <sys/mman.h>

namespace radixlab {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::size_t mapped_bytes(std::size_t bytes) { return (bytes + kHugePage - 1) / kHugePage * kHugePage; }

}  // namespace

void* map_huge_pages(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  if (bytes > std::numeric_limits<std::size_t>::max() - 2 * kHugePage) throw std::bad_alloc();
  // mmap knows boundaries of 4 KiB only: map one huge page too much and give back what sticks out on both sides.
  const std::size_t wanted = mapped_bytes(bytes), mapped = wanted + kHugePage;
  void* const start = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) throw std::bad_alloc();
  char* const first = static_cast<char*>(start);
  const std::size_t head = (kHugePage - reinterpret_cast<std::uintptr_t>(start) % kHugePage) % kHugePage;
  if (head > 0) munmap(first, head);
  if (mapped - head > wanted) munmap(first + head + wanted, mapped - head - wanted);
#ifdef MADV_HUGEPAGE
  madvise(first + head, wanted, MADV_HUGEPAGE);  // a wish: where it fails, 4 KiB pages work as well
#endif
  return first + head;
}

void unmap_huge_pages(void* memory, std::size_t bytes) noexcept {
  if (memory) munmap(memory, mapped_bytes(bytes));
}

}  // namespace radixlab
