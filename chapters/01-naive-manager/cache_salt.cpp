#include "01-naive-manager/cache_salt.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

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
  if (const auto known = numbers_.find(bytes); known != numbers_.end()) {
    known->second.asked = true;
    return known->second.number;
  }
  if (last_ == UINT32_MAX) throw std::length_error("I11: all numbers of salts have been given");
  numbers_.emplace(std::move(bytes), Known{last_ + 1, true});
  return ++last_;
}

void SaltTable::forget_all_but(const std::set<std::uint32_t>& held) {
  for (auto list = numbers_.begin(); list != numbers_.end();) {
    const bool asked = std::exchange(list->second.asked, false);
    list = asked || held.contains(list->second.number) ? std::next(list) : numbers_.erase(list);
  }
  long_ = std::max(numbers_.size() + kFew, 2 * held.size());
}

}  // namespace radixlab
