#include <bit>
#include <stdexcept>
#include <string>
#include <utility>

#include "04-slots/slot_allocator.hpp"

namespace radixlab {

std::int32_t SlotAllocator::alloc() {
  if (free_count_ == 0) return -1;
  std::size_t at = 0;  // the word of the level, from the top down
  for (std::size_t level = mask_.size(); level-- > 0;)
    at = at * 64 + static_cast<std::size_t>(std::countr_zero(mask_[level][at]));
  const auto slot = static_cast<std::int32_t>(at);
  mark(slot, false);
  ++versions_[at];
  return slot;
}

void SlotAllocator::free(std::int32_t slot) {
  if (is_free(slot)) throw std::logic_error("I30: slot " + std::to_string(slot) + " is freed twice");
  mark(slot, true);
}

void SlotAllocator::occupy(std::int32_t slot) {
  if (!is_free(slot)) throw std::logic_error("I30: slot " + std::to_string(slot) + " is taken by somebody else");
  mark(slot, false);
}

void SlotAllocator::mark(std::int32_t slot, bool is_free) {
  free_count_ = is_free ? free_count_ + 1 : free_count_ - 1;
  auto at = static_cast<std::size_t>(slot);
  for (auto& level : mask_) {
    std::uint64_t& word = level[at / 64];
    const std::uint64_t before = std::exchange(word, word ^ std::uint64_t{1} << at % 64);
    if (before != 0 && word != 0) return;  // some slot of this word was free, and some still is
    at /= 64;
  }
}

}  // namespace radixlab
