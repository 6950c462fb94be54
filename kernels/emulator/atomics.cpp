// Atomics, and asynchronous copies into shared memory.
#include <cstring>

#include "kernels/emulator/running.hpp"
#include "kernels/emulator/symbols.hpp"
#include "kernels/emulator/traffic.hpp"

using namespace radixlab::emulator;

namespace {

template <typename T, typename F>
T update(T* p, const void* place, F value_after) {
  access(p, sizeof(T), Action::updates, true, place);
  const T before = *p;
  *p = value_after(before);
  return before;
}

}  // namespace

// NOLINTBEGIN(bugprone-macro-parentheses): type is a type
#define RADIXLAB_ATOMIC(type, name, after)                                          \
  type name(type* p, type x) {                                                      \
    return update(p, __builtin_return_address(0), [x](type old) { return after; }); \
  }
// NOLINTEND(bugprone-macro-parentheses)
RADIXLAB_ATOMIC(int, atomicAdd, static_cast<int>(static_cast<unsigned>(old) + static_cast<unsigned>(x)))
RADIXLAB_ATOMIC(unsigned, atomicAdd, old + x)
RADIXLAB_ATOMIC(float, atomicAdd, old + x)
RADIXLAB_ATOMIC(int, atomicMax, old < x ? x : old)
RADIXLAB_ATOMIC(unsigned, atomicMax, old < x ? x : old)

int atomicCAS(int* p, int expected, int x) {
  return update(p, __builtin_return_address(0), [=](int old) { return old == expected ? x : old; });
}
unsigned atomicCAS(unsigned* p, unsigned expected, unsigned x) {
  return update(p, __builtin_return_address(0), [=](unsigned old) { return old == expected ? x : old; });
}

void __pipeline_memcpy_async(void* to, const void* from, std::size_t bytes, std::size_t zeros) {
  const void* const place = __builtin_return_address(0);
  const auto wrong = [&](const char* words) {
    fail({.kind = FaultKind::misaligned, .thread = running.thread, .place = place, .words = words});
  };
  const Region* const target = regions.find(reinterpret_cast<Address>(to));
  if (bytes != 4 && bytes != 8 && bytes != 16) wrong("copies asynchronously; it can do so with 4, 8 or 16 bytes");
  if (zeros > bytes) wrong("fills more bytes with zeros than it copies");
  if (target && target->space != Space::shared)
    wrong("copies asynchronously into device memory; the target is shared memory");
  if (zeros < bytes) access(from, bytes - zeros, Action::reads, zeros == 0, place);
  access(to, bytes, Action::copies, true, place);
  // The bytes are there at once; who looks at them before the wait is found by shadow memory.
  std::memcpy(to, from, bytes - zeros);
  std::memset(static_cast<char*>(to) + bytes - zeros, 0, zeros);
  auto& groups = running.thread->copies;
  if (groups.empty()) groups.emplace_back();
  groups.back().push_back({reinterpret_cast<Address>(to), static_cast<unsigned>(bytes), place});
}

void __pipeline_commit() {
  auto& groups = running.thread->copies;
  if (groups.empty()) groups.emplace_back();
  groups.emplace_back();
}

void __pipeline_wait_prior(std::size_t groups_left) {
  auto& groups = running.thread->copies;
  if (groups.empty()) return;
  while (groups.size() > groups_left + 1) {  // the last is the one that is not committed yet
    for (const AsyncCopy& copy : groups.front()) {
      Region& region = *regions.find(copy.to);
      for (Address a = copy.to; a < copy.to + copy.bytes; a += Address{1} << region.shift) {
        region.granule(a).copying = 0;
        region.granule(a).write.instant = running.instant;  // the asker's write: others see it after a barrier
      }
    }
    groups.erase(groups.begin());
  }
  running.thread->groups_let_go = groups.size() - 1;
}
