/// \file
/// Shadow memory: for each place of device and shared memory, who touched it last. Of the emulator's inside.
///
/// Time is a count of instants: it goes on at each block's begin and at each barrier. Two accesses that no instant separates
/// for both of their threads are unordered, and if one of them writes, they are a race.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

namespace radixlab::emulator {

using Address = std::uintptr_t;

/// A place in the program's code, as it fits into shadow memory: in steps of 4 bytes, up to 16 MiB from its begin. 0 is
/// unknown.
using PlaceCode = std::uint32_t;
inline constexpr unsigned kPlaceBits = 22;
PlaceCode code_of(const void* place);

/// Who touched a granule, when, and from where.
struct Access {
  std::uint32_t instant;
  std::uint32_t place : kPlaceBits;
  std::uint32_t thread : 10;  ///< linear number in its block
};

/// What is known of 1, 2 or 4 neighbouring bytes. Each `_bytes` has a bit a byte. Zero: nothing happened yet.
struct Granule {
  Access write;  ///< of unordered atomics the first
  Access read;   ///< the first since it was ordered last
  Access other;  ///< a second reader or atomic, of another warp than the first if there is one
  std::uint8_t write_bytes, read_bytes;
  std::uint8_t other_bytes;  ///< 0: an atomic
  std::uint8_t initialised;  ///< written by a kernel
  std::uint8_t copying;      ///< an asynchronous copy is on its way
  bool atomic;               ///< the last write was one
};
static_assert(sizeof(Granule) == 32);

enum class Space { global, shared };

/// An array that kernels may touch.
struct Region {
  std::string name, type;  ///< of an element; empty: not known
  char* memory = nullptr;  ///< of device memory alone
  Address begin = 0;
  std::size_t bytes = 0;
  std::size_t element_bytes = 1;
  Space space = Space::global;
  unsigned shift = 0;  ///< bytes a granule, as a power of two
  bool initialised = false;
  bool freed = false;
  std::unique_ptr<Granule[], decltype(&std::free)> shadow{nullptr, &std::free};

  Granule& granule(Address a) const { return shadow[(a - begin) >> shift]; }
  /// New shadow memory: nothing happened yet. \throws std::bad_alloc
  void forget();
};

/// All arrays. Device memory lies in one range of addresses, each array from a 64 KiB border on with room behind it.
struct Regions {
  static constexpr unsigned kPageShift = 16;

  char* memory = nullptr;
  Address begin = 0;                   ///< of device memory
  std::size_t bytes = 0;               ///< addresses of device memory; memory is behind what is in use
  std::unique_ptr<Region*[]> by_page;  ///< [bytes >> kPageShift] whose array lies there
  Address statics = 0;                 ///< of the `__shared__` variables, as the running thread has them
  std::size_t statics_bytes = 0;
  std::unique_ptr<Region*[]> by_offset;  ///< [statics_bytes] whose variable lies there

  /// The array at an address, or that ends in the same 64 KiB; null where none is. O(1).
  Region* find(Address a) const {
    if (a - begin < bytes) return by_page[(a - begin) >> kPageShift];
    if (a - statics < statics_bytes) return by_offset[a - statics];
    return nullptr;
  }
  /// Whether an address lies among those of arrays, be it in one or between two.
  bool contain(Address a) const { return a - begin < bytes || a - statics < statics_bytes; }
  /// Of those in the same kind of memory the array nearest to an address, or null; freed ones are arrays too.
  Region* nearest(Address a) const;
};
extern Regions regions;

/// Device memory at an address that never was another's. \throws std::bad_alloc
Region& reserve_region(std::size_t bytes);
/// Gives its memory back. What lies there is known as freed from then on.
void free_region(Region& region);
/// Dynamic shared memory for a launch. \throws std::invalid_argument more than a block may have
Region& prepare_dynamic_shared(std::size_t bytes);
/// Makes the program's `__shared__` variables known, as the calling thread has them. \throws std::runtime_error the program
/// has no symbols, or one of them has a constructor
void prepare_static_shared();

}  // namespace radixlab::emulator
