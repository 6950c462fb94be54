#include "kernels/emulator/shadow.hpp"

#include <algorithm>
#include <deque>
#include <new>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/resource.h>

#include "kernels/emulator/symbols.hpp"

namespace radixlab::emulator {

Regions regions;

namespace {

constexpr std::size_t kPage = std::size_t{1} << Regions::kPageShift;
constexpr std::size_t kMaxShared = std::size_t{227} * 1024;  // what the largest GPU gives a block
constexpr std::size_t kRoom = 256;                           // behind each `__shared__` variable: hook_names.sed
constexpr unsigned kSharedShift = 1;  // bfloat16 is the smallest that shared memory holds in numbers

std::deque<Region> all;      // freed ones too: their addresses are not given again
std::size_t used = 0;        // bytes of addresses
std::deque<Region> statics;  // in the order of their offsets

/// 64 GiB, or half of what the process may have where that is limited, as a lab's tests are: the rest is for shadow memory.
std::size_t addresses() {
  constexpr rlim_t kMost = rlim_t{64} << 30;
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0) return kMost;
  return std::min(limit.rlim_cur / 2, kMost) / kPage * kPage;  // RLIM_INFINITY is more than all numbers
}

void reserve_addresses() {
  // Without access the addresses cost nothing, whatever the system's rules for promising memory are.
  const std::size_t bytes = addresses();
  void* p = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) throw std::bad_alloc();
  regions.memory = static_cast<char*>(p);
  regions.begin = reinterpret_cast<Address>(p);
  regions.bytes = bytes;
  const std::size_t pages = bytes >> Regions::kPageShift;  // zeros that take memory where they change
  regions.by_page.reset(static_cast<Region**>(std::calloc(pages, sizeof(void*))));
  if (!regions.by_page) throw std::bad_alloc();
  used = kPage;  // so that there is room before the first, too
}

}  // namespace

void Region::forget() {
  const std::size_t granules = (bytes >> shift) + 1;
  shadow.reset(static_cast<Granule*>(std::calloc(granules, sizeof(Granule))));
  if (!shadow) throw std::bad_alloc();
}

Region* Regions::nearest(Address a) const {
  Region* best = nullptr;
  Address least = bytes;
  for (Region& region : a - begin < bytes ? all : emulator::statics) {
    const Address distance = a < region.begin ? region.begin - a : a - std::min(a, region.begin + region.bytes);
    if (distance < least) best = &region, least = distance;
  }
  return best;
}

Region& reserve_region(std::size_t bytes) {
  if (regions.begin == 0) reserve_addresses();
  const std::size_t pages = (bytes + kPage - 1) / kPage + 1;
  if (bytes > regions.bytes || used + (pages + 1) * kPage > regions.bytes) throw std::bad_alloc();
  if (mprotect(regions.memory + used, pages * kPage, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  Region& region = all.emplace_back();
  region.memory = regions.memory + used;
  region.begin = regions.begin + used;
  region.bytes = bytes;
  std::fill_n(&regions.by_page[used >> Regions::kPageShift], pages, &region);
  used += (pages + 1) * kPage;
  return region;
}

void free_region(Region& region) {
  const std::size_t pages = (region.bytes + kPage - 1) / kPage + 1;
  // If it fails, the array stays where it is; what matters is that it counts as freed.
  (void)mmap(region.memory, pages * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  region.shadow.reset();
  region.freed = true;
}

Region& prepare_dynamic_shared(std::size_t bytes) {
  static Region* region = nullptr;
  if (bytes > kMaxShared)
    throw std::invalid_argument("launch: " + std::to_string(bytes) +
                                " bytes of dynamic shared memory; a block has at most " + std::to_string(kMaxShared));
  if (!region) {
    region = &reserve_region(kMaxShared);
    region->name = "dynamic shared memory";
    region->space = Space::shared;
    region->shift = kSharedShift;
    region->forget();
  }
  region->bytes = bytes;
  return *region;
}

void prepare_static_shared() {
  static const std::vector<ThreadLocal> variables = function_thread_locals();
  if (statics.empty()) {
    for (const ThreadLocal& v : variables)
      regions.statics_bytes = std::max(regions.statics_bytes, v.offset + v.bytes + kRoom);
    regions.by_offset.reset(new Region*[regions.statics_bytes]());
    for (const ThreadLocal& v : variables) {
      Region& region = statics.emplace_back();
      region.name = v.name;
      region.bytes = v.bytes;
      region.space = Space::shared;
      region.shift = kSharedShift;
      region.forget();
      std::fill_n(&regions.by_offset[v.offset], v.bytes, &region);
    }
  }
  if (variables.empty()) return;
  regions.statics = reinterpret_cast<Address>(thread_locals_begin());
  for (std::size_t i = 0; i < variables.size(); ++i) statics[i].begin = regions.statics + variables[i].offset;
}

}  // namespace radixlab::emulator
