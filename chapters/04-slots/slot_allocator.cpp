// Given: the allocator's parts that are not a task.
#include "04-slots/slot_allocator.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace radixlab {

SlotAllocator::SlotAllocator(std::size_t max_slots) : versions_(max_slots), free_count_(max_slots) {
  if (max_slots > INT32_MAX) throw std::invalid_argument("SlotAllocator: slots have 31 bits");
  std::size_t bits = std::max<std::size_t>(max_slots, 1);  // of the level; all are set
  for (std::size_t words = 0; words != 1; bits = words) {
    words = (bits + 63) / 64;
    mask_.emplace_back(words, ~std::uint64_t{0});
    if (bits % 64 != 0) mask_.back().back() = (std::uint64_t{1} << bits % 64) - 1;
  }
}

bool SlotAllocator::is_free(std::int32_t slot) const {
  version(slot);  // is it one of ours?
  const auto at = static_cast<std::size_t>(slot);
  return mask_.front()[at / 64] >> at % 64 & 1;
}

std::uint32_t SlotAllocator::version(std::int32_t slot) const {
  if (slot < 0 || static_cast<std::size_t>(slot) >= versions_.size())
    throw std::logic_error("I30: slot " + std::to_string(slot) + " is foreign, expected one of 0 .. " +
                           std::to_string(versions_.size()) + " - 1");
  return versions_[static_cast<std::size_t>(slot)];
}

std::optional<PageId> SlotAllocator::take() {
  const std::int32_t slot = alloc();
  return slot < 0 ? std::nullopt : std::optional(static_cast<PageId>(slot));
}

}  // namespace radixlab
