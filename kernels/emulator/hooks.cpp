// What the compiler calls before every load and store of a kernel, and what each such access is checked for.
#include <algorithm>

#include "kernels/emulator/running.hpp"
#include "kernels/emulator/symbols.hpp"
#include "kernels/emulator/traffic.hpp"

namespace radixlab::emulator {
namespace {

enum class Order { before, own, race, conflict };

/// How an access of the past lies to the running thread's next one.
inline Order order_of(const Access& past, const Region& region) {
  const Thread& me = *running.thread;
  if (past.instant >= running.barrier) {
    if (past.thread == me.number) return Order::own;
    const bool same_warp = past.thread / kWarp == me.warp();
    if (same_warp && past.instant < running.known_of(me.warp(), me.lane(), past.thread % kWarp)) return Order::before;
    return Order::race;
  }
  if (past.instant >= running.block_begin || past.instant < running.launch_begin || region.space == Space::shared)
    return Order::before;
  return Order::conflict;
}

inline bool ordered(Order order) { return order == Order::before || order == Order::own; }

/// An access's part in one granule.
struct Step {
  Region& region;
  Granule& granule;
  std::uint8_t bytes;  ///< of the granule, a bit each
  Action action;
  const void* place;
  Address address;
  std::size_t size;  ///< of the whole access

  Fault fault(FaultKind kind, const Access& other = {}, bool other_writes = false) const {
    return {kind, running.thread, place, action, address, static_cast<unsigned>(size), &region, other, other_writes};
  }
  void fail_unless_ordered(const Access& past, bool past_writes) const {
    const Order order = order_of(past, region);
    if (!ordered(order))
      fail(fault(order == Order::race ? FaultKind::race : FaultKind::block_conflict, past, past_writes));
  }
  Access now() const {
    Access access{running.instant, 0, 0};
    access.place = code_of(place) & ((1u << kPlaceBits) - 1);
    access.thread = running.thread->number & (kMaxThreads - 1);
    return access;
  }
};

/// Shared memory starts anew with each block.
inline void begin_anew(const Step& s) {
  if (s.region.space == Space::shared && s.granule.write.instant < running.block_begin) {
    s.granule.initialised = 0;
    s.granule.copying = 0;
  }
}

void check_initialised(const Step& s) {
  if (!s.region.initialised && (s.bytes & ~s.granule.initialised)) suspect(s.fault(FaultKind::uninitialised));
}

void check_last_write(const Step& s) {
  const Granule& g = s.granule;
  if (g.copying & s.bytes) fail(s.fault(FaultKind::unfinished_copy, g.write, true));
  if (!(g.write_bytes & s.bytes)) return;
  const Order order = order_of(g.write, s.region);
  if (g.atomic && s.action == Action::updates) return;
  if (!ordered(order) || (g.atomic && g.other_bytes == 0 && !ordered(order_of(g.other, s.region))))
    fail(s.fault(order == Order::conflict ? FaultKind::block_conflict : FaultKind::race, g.write, true));
}

/// One more that is unordered with the first: the one that is kept is of another warp than the first, if there is one. So
/// whoever comes next is none of the two, or meets the other.
void note_other(const Step& s, const Access& first, std::uint8_t bytes) {
  Granule& g = s.granule;
  const bool near = g.other.thread / kWarp == first.thread / kWarp && running.thread->warp() != first.thread / kWarp;
  if (!near && !ordered(order_of(g.other, s.region))) return;
  g.other_bytes = bytes;
  g.other = s.now();
}

void note_read(const Step& s) {
  Granule& g = s.granule;
  const Order order = order_of(g.read, s.region);
  if (ordered(order)) {
    g.read_bytes = order == Order::own ? g.read_bytes | s.bytes : s.bytes;
    g.read = s.now();
  } else if (order == Order::race) {  // of another block's: that one is enough
    note_other(s, g.read, s.bytes);
  }
}

void note_write(const Step& s) {
  Granule& g = s.granule;
  const Order order = order_of(g.write, s.region);
  const bool atomic = s.action == Action::updates;
  g.initialised |= s.bytes;
  if (atomic && g.atomic && !ordered(order)) {
    if (order == Order::race) note_other(s, g.write, 0);
    return;
  }
  g.write_bytes = order == Order::own ? g.write_bytes | s.bytes : s.bytes;
  g.write = s.now();
  g.atomic = atomic;
}

inline void check(const Step& s) {
  begin_anew(s);
  if (s.action == Action::reads || s.action == Action::updates) check_initialised(s);
  check_last_write(s);
  if (s.action == Action::reads) {
    note_read(s);
    return;
  }
  if (s.granule.read_bytes & s.bytes) s.fail_unless_ordered(s.granule.read, false);
  if (s.granule.other_bytes & s.bytes) s.fail_unless_ordered(s.granule.other, false);
  note_write(s);
  if (s.action == Action::copies) s.granule.copying |= s.bytes;
}

/// Neither in an array nor on the own stack: the kernel's parameters and the program's constants may be read, nothing else.
void outside(Address a, std::size_t bytes, Action action, const void* place) {
  if (action == Action::reads &&
      (a - reinterpret_cast<Address>(running.parameters) < running.parameter_bytes || is_constant(a)))
    return;
  Region* const nearest = regions.contain(a) ? regions.nearest(a) : nullptr;
  const FaultKind kind = !nearest         ? FaultKind::host_memory
                         : nearest->freed ? FaultKind::freed
                                          : FaultKind::out_of_bounds;
  fail({kind, running.thread, place, action, a, static_cast<unsigned>(bytes), nearest});
}

}  // namespace

PlaceCode code_of(const void* place) {
  const std::size_t offset = static_cast<std::size_t>(static_cast<const char*>(place) - program_begin()) >> 2;
  return offset >> kPlaceBits ? 0 : static_cast<PlaceCode>(offset);
}

void access(const void* p, std::size_t bytes, Action action, bool aligned, const void* place) {
  Thread* const me = running.thread;
  if (!me) return;  // host code of a .cu file
  const Address a = reinterpret_cast<Address>(p);
  if (a - reinterpret_cast<Address>(me->stack) < kStackBytes) return;
  Region* const region = regions.find(a);
  if (!region) return outside(a, bytes, action, place);
  const auto fail_as = [&](FaultKind kind) {
    fail({kind, me, place, action, a, static_cast<unsigned>(bytes), region});
  };
  if (region->freed) fail_as(FaultKind::freed);
  if (a - region->begin + bytes > region->bytes) fail_as(FaultKind::out_of_bounds);
  if (aligned && (a & (bytes - 1)) != 0) fail_as(FaultKind::misaligned);
  if (running.suspicion && --running.patience == 0) fail(*running.suspicion);
  if (counting()) count_access(*me, a, bytes, action, region->space, place);
  const Address granule_bytes = Address{1} << region->shift;
  for (Address at = a; at < a + bytes;) {
    const Address in = (at - region->begin) & (granule_bytes - 1), end = std::min(at - in + granule_bytes, a + bytes);
    const auto mask = static_cast<std::uint8_t>(((1u << (end - at)) - 1) << in);
    check({*region, region->granule(at), mask, action, place, a, bytes});
    at = end;
  }
}

}  // namespace radixlab::emulator

// The names are those of the thread sanitizer's runtime, under a prefix of our own (hook_names.sed): so both can be in a program.
extern "C" {
using radixlab::emulator::access;
using radixlab::emulator::Action;
#define RADIXLAB_HOOK(name, bytes, action, aligned) \
  void radixlab_emulator_##name##bytes(void* p);    \
  void radixlab_emulator_##name##bytes(void* p) { access(p, bytes, action, aligned, __builtin_return_address(0)); }
#define RADIXLAB_HOOKS(bytes)                                         \
  RADIXLAB_HOOK(read, bytes, Action::reads, true)                     \
  RADIXLAB_HOOK(write, bytes, Action::writes, true)                   \
  RADIXLAB_HOOK(volatile_read, bytes, Action::reads, true)            \
  RADIXLAB_HOOK(volatile_write, bytes, Action::writes, true)          \
  RADIXLAB_HOOK(unaligned_read, bytes, Action::reads, false)          \
  RADIXLAB_HOOK(unaligned_write, bytes, Action::writes, false)        \
  RADIXLAB_HOOK(unaligned_volatile_read, bytes, Action::reads, false) \
  RADIXLAB_HOOK(unaligned_volatile_write, bytes, Action::writes, false)
RADIXLAB_HOOKS(1)
RADIXLAB_HOOKS(2)
RADIXLAB_HOOKS(4)
RADIXLAB_HOOKS(8)
RADIXLAB_HOOKS(16)
void radixlab_emulator_read_range(void* p, std::size_t bytes);
void radixlab_emulator_read_range(void* p, std::size_t bytes) {
  access(p, bytes, Action::reads, false, __builtin_return_address(0));
}
void radixlab_emulator_write_range(void* p, std::size_t bytes);
void radixlab_emulator_write_range(void* p, std::size_t bytes) {
  access(p, bytes, Action::writes, false, __builtin_return_address(0));
}
void radixlab_emulator_func_entry(void*);
void radixlab_emulator_func_entry(void*) {}
void radixlab_emulator_func_exit();
void radixlab_emulator_func_exit() {}
void radixlab_emulator_init();
void radixlab_emulator_init() {}
}
