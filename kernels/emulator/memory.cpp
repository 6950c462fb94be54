#include <cstring>

#include "kernels/emulator/emulator.hpp"
#include "kernels/emulator/shadow.hpp"

namespace radixlab::emulator {
namespace {

/// Bytes a granule, as a power of two: elements of 2 bytes are told apart, larger ones every 4 bytes.
unsigned shift_for(std::size_t element_bytes) { return element_bytes % 4 == 0 ? 2 : element_bytes % 2 == 0 ? 1 : 0; }

Region& region_at(void* data) { return *regions.find(reinterpret_cast<Address>(data)); }

}  // namespace

DeviceMemory::DeviceMemory(std::string name, std::string_view type, std::size_t count, std::size_t element_bytes) {
  Region& region = reserve_region(count * element_bytes);
  region.name = std::move(name);
  region.type = type;
  region.element_bytes = element_bytes;
  region.shift = shift_for(element_bytes);
  region.forget();
  data_ = region.memory;
  std::memset(data_, 0xff, region.bytes);
}

DeviceMemory::~DeviceMemory() {
  if (data_) free_region(region_at(data_));
}

void DeviceMemory::set_initialised(bool initialised) {
  region_at(data_).forget();
  region_at(data_).initialised = initialised;
}

}  // namespace radixlab::emulator
