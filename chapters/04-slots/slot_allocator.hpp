/// \file
/// Chapter 04, task 4.1: who owns the free rows of the KV pool. A slot is a row that holds one whole text, so here a
/// page is a row of max_len tokens.
///
///   mask_[1]     1110                 bit w: word w below has a free slot
///   mask_[0]     0000 0100 1001 0001  words of 4 bits here, of 64 in the code: word 0 stands on the left, bit 0 on the
///                                     right of its word, so that slots 6, 8, 11 and 12 are free
///
/// Three words show the way to the lowest free slot of 2^18, four to that of 2^24: nobody ever scans the slots.
///
/// Invariants:
///
///   I30  alloc gives distinct free slots, the lowest first; a free slot is not freed, a taken one not occupied, and a
///        foreign one refused; versions rise in alloc, and nowhere else
///
/// After seed 002's SlotAllocator, whose mask is one number of max_slots bits: there alloc costs O(slots). Its occupy
/// is an XOR and its free an OR, so that both are silent where they should refuse (repair S8).
#pragma once
#include <cstdint>
#include <vector>

#include "contract/page_source.hpp"

namespace radixlab {

class SlotAllocator : public PageSource {
 public:
  explicit SlotAllocator(std::size_t max_slots);  ///< slots 0 .. max_slots-1, all free, of version 0

  /// 4.1  The lowest free slot, under a new version: what it held is gone. -1 if all are taken. O(log64 slots).
  std::int32_t alloc();
  /// 4.1  Takes a slot back. Its version stays: until the next alloc what it holds may be found and used.
  void free(std::int32_t slot);
  /// 4.1  Takes this free slot, and keeps its version: whoever does so goes on with what it holds.
  void occupy(std::int32_t slot);
  // free and occupy throw std::logic_error (I30), with nothing changed, where there is nothing to take back, or to take.

  bool is_free(std::int32_t slot) const;           ///< throws std::logic_error (I30) for a foreign slot
  std::uint32_t version(std::int32_t slot) const;  ///< how often alloc gave it out; throws as is_free does
  std::size_t free_count() const override { return free_count_; }

  std::optional<PageId> take() override;
  void give(PageId page) override { free(static_cast<std::int32_t>(page)); }

 private:
  void mark(std::int32_t slot, bool is_free);  // 4.1: turns the slot's bit, and those above it that this changes

  std::vector<std::vector<std::uint64_t>> mask_;  // by level, the slots' own first; the last has one word
  std::vector<std::uint32_t> versions_;           // [slots]
  std::size_t free_count_;
};

}  // namespace radixlab
