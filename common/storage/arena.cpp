#include "storage/arena.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <sys/mman.h>
#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#endif

namespace radixlab {
namespace {

// So that an address sanitizer sees who reads a block that was given back, as it does with the system's memory.
void forbid([[maybe_unused]] const void* memory, [[maybe_unused]] std::size_t bytes) {
#ifdef ASAN_POISON_MEMORY_REGION
  ASAN_POISON_MEMORY_REGION(memory, bytes);
#endif
}
void allow([[maybe_unused]] const void* memory, [[maybe_unused]] std::size_t bytes) {
#ifdef ASAN_UNPOISON_MEMORY_REGION
  ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
#endif
}

constexpr std::size_t kFirstStep = std::size_t{64} << 10, kHugePage = std::size_t{2} << 20;

std::align_val_t boundary(std::size_t bytes) { return std::align_val_t(bytes >= kHugePage ? kHugePage : 16); }

}  // namespace

Arena::~Arena() {
  for (const Step& step : steps_) {
    allow(step.memory, step.bytes);
    ::operator delete(step.memory, boundary(step.bytes));
  }
}

void* Arena::take(std::size_t bytes) {
  constexpr std::size_t kMost = std::size_t{1} << 34;
  if (bytes > kMost) throw std::bad_alloc();
  const auto grains = std::max(static_cast<std::uint32_t>((bytes + kHeader + kGrain - 1) / kGrain), kLeast);
  Block* const found = find(grains);
  Block& block = found ? *found : add_step(grains);
  if (!block.size_before && !block.after().size) --empty_steps_;
  unlink(block);
  const std::uint32_t rest = block.size - grains;
  allow(&block, rest < kLeast ? block.size * kGrain : grains * kGrain + sizeof(Block));
  if (rest >= kLeast) {
    resize(block, grains);
    block.after().is_free = false;
    resize(block.after(), rest);
    put(block.after());
  }
  return block.start() + kHeader;
}

void Arena::give(void* memory) noexcept {
  Block* block = reinterpret_cast<Block*>(static_cast<std::byte*>(memory) - kHeader);
  if (Block& after = block->after(); after.is_free) {
    unlink(after);
    resize(*block, block->size + after.size);
  }
  if (Block& before = block->block_before(); block->size_before && before.is_free) {
    unlink(before);
    resize(before, before.size + block->size);
    block = &before;
  }
  const bool all_of_its_step = !block->size_before && !block->after().size;
  if (all_of_its_step && empty_steps_ > 0) return drop_step(*block);
  empty_steps_ += all_of_its_step;
  put(*block);
  forbid(block + 1, block->size * kGrain - sizeof(Block));
}

// A power's lists: 8 pieces of equal width from 2^power to 2^(power + 1); below 8 grains a list a size.
unsigned Arena::list_of(std::uint32_t grains) {
  const auto power = static_cast<unsigned>(std::bit_width(grains)) - 1;
  const std::uint32_t piece = power >= 3 ? grains >> (power - 3) : grains << (3 - power);
  return power * 8 + piece % 8;
}

Arena::Block* Arena::find(std::uint32_t grains) const {
  const unsigned own = list_of(grains);
  if (Block* const first = lists_[own]; first && first->size >= grains) return first;
  const unsigned next = own + 1, power = next / 8;  // from here on each is large enough
  if (power >= filled_.size()) return nullptr;
  if (const unsigned lists = filled_[power] & (0xffu << next % 8))
    return lists_[power * 8 + static_cast<unsigned>(std::countr_zero(lists))];
  const std::uint32_t larger = power == 31 ? 0 : powers_ & (~std::uint32_t{0} << (power + 1));
  if (larger == 0) return nullptr;
  const auto least = static_cast<unsigned>(std::countr_zero(larger));
  return lists_[least * 8 + static_cast<unsigned>(std::countr_zero(filled_[least]))];
}

Arena::Block& Arena::add_step(std::uint32_t grains) {
  const std::size_t needed = (std::size_t{grains} + 1) * kGrain;  // one for the end
  std::size_t bytes = std::clamp(std::bit_ceil(bytes_ + 1), kFirstStep, kHugePage);
  if (needed > bytes) bytes = (needed + kHugePage - 1) / kHugePage * kHugePage;
  if (steps_.size() == steps_.capacity()) steps_.reserve(2 * steps_.size() + 8);
  const auto memory = static_cast<std::byte*>(::operator new(bytes, boundary(bytes)));
#ifdef MADV_HUGEPAGE
  if (bytes >= kHugePage) madvise(memory, bytes, MADV_HUGEPAGE);  // a wish
#endif
  steps_.push_back({memory, bytes});
  bytes_ += bytes;
  ++empty_steps_;
  auto& block = *reinterpret_cast<Block*>(memory);
  block.size_before = 0;
  block.size = static_cast<std::uint32_t>(bytes / kGrain - 1);
  block.after().size = 0;
  block.after().is_free = false;
  resize(block, block.size);
  put(block);
  forbid(&block + 1, block.size * kGrain - sizeof(Block));
  return block;
}

void Arena::drop_step(Block& all_of_it) noexcept {
  const auto step = std::ranges::find(steps_, all_of_it.start(), &Step::memory);
  const Step gone = *step;
  *step = steps_.back();
  steps_.pop_back();
  bytes_ -= gone.bytes;
  allow(gone.memory, gone.bytes);
  ::operator delete(gone.memory, boundary(gone.bytes));
}

void Arena::put(Block& block) noexcept {
  const unsigned list = list_of(block.size);
  block.is_free = true;
  block.previous = nullptr;
  block.next = lists_[list];
  if (block.next) block.next->previous = &block;
  lists_[list] = &block;
  filled_[list / 8] = static_cast<std::uint8_t>(filled_[list / 8] | 1u << list % 8);
  powers_ |= 1u << list / 8;
}

void Arena::unlink(Block& block) noexcept {
  const unsigned list = list_of(block.size);
  block.is_free = false;
  if (block.next) block.next->previous = block.previous;
  if (block.previous) {
    block.previous->next = block.next;
    return;
  }
  lists_[list] = block.next;
  if (block.next) return;
  filled_[list / 8] = static_cast<std::uint8_t>(filled_[list / 8] & ~(1u << list % 8));
  if (filled_[list / 8] == 0) powers_ &= ~(1u << list / 8);
}

void Arena::resize(Block& block, std::size_t grains) noexcept {
  block.size = static_cast<std::uint32_t>(grains);
  block.after().size_before = block.size & 0x7fffffff;
}

}  // namespace radixlab
