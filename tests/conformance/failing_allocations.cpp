// This executable's own operator new and delete. All forms are replaced, so that none meets another library's (ASan's).
#include "failing_allocations.hpp"

#include <cstdlib>
#include <malloc.h>
#include <new>

namespace {

void* allocate(std::size_t bytes, std::size_t alignment) {
  using Fault = radixlab::AllocationFault;
  if (Fault::counts && ++Fault::seen == Fault::fail_at) throw std::bad_alloc();
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;  // as aligned_alloc wants it
  void* const memory = std::aligned_alloc(alignment, rounded > 0 ? rounded : alignment);
  if (!memory) throw std::bad_alloc();
  Fault::live += malloc_usable_size(memory);
  return memory;
}

void release(void* memory) {
  radixlab::AllocationFault::live -= malloc_usable_size(memory);
  std::free(memory);
}

constexpr std::size_t kUsual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

void* operator new(std::size_t n) { return allocate(n, kUsual); }
void* operator new[](std::size_t n) { return allocate(n, kUsual); }
void* operator new(std::size_t n, std::align_val_t a) { return allocate(n, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t n, std::align_val_t a) { return allocate(n, static_cast<std::size_t>(a)); }
void operator delete(void* p) noexcept { release(p); }
void operator delete[](void* p) noexcept { release(p); }
void operator delete(void* p, std::size_t) noexcept { release(p); }
void operator delete[](void* p, std::size_t) noexcept { release(p); }
void operator delete(void* p, std::align_val_t) noexcept { release(p); }
void operator delete[](void* p, std::align_val_t) noexcept { release(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { release(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { release(p); }
