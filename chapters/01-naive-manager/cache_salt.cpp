#include "01-naive-manager/cache_salt.hpp"

namespace radixlab {

std::uint32_t SaltTable::number(std::span<const SaltField> fields) {
  if (fields.empty()) return 0;
  std::string bytes;
  for (const SaltField& field : fields) {
    bytes += field.tag;
    for (unsigned shift = 0; shift < 64; shift += 8)
      bytes += static_cast<char>(std::uint64_t{field.value.size()} >> shift & 0xff);
    bytes += field.value;
  }
  return numbers_.try_emplace(std::move(bytes), static_cast<std::uint32_t>(numbers_.size() + 1)).first->second;
}

}  // namespace radixlab
