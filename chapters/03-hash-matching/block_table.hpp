/// \file
/// Blocks by their hash: buckets of chained blocks. A bucket holds every block with one hash, and others.
#pragma once
#include <algorithm>

#include "03-hash-matching/block_hash.hpp"

namespace radixlab {

/// Does not own the blocks; it writes their `next`, and needs their `hash` unchanged while they are in.
class BlockTable {
 public:
  /// The chain in which every block with this hash stands, and perhaps others: walk it by `next`. O(1).
  Block* first(std::uint64_t hash) const { return buckets_.empty() ? nullptr : buckets_[index(hash)]; }

  /// The next put() cannot fail. O(1) amortised.
  void make_room() {
    if (size_ < buckets_.size()) return;
    std::vector<Block*> old(std::max<std::size_t>(16, 2 * buckets_.size()));
    old.swap(buckets_);
    for (Block* block : old)
      while (block) link(*std::exchange(block, block->next));
  }

  /// REQUIRES: room. O(1).
  void put(Block& block) noexcept {
    link(block);
    ++size_;
  }

  /// REQUIRES: it is in. O(its chain).
  void erase(const Block& block) noexcept {
    Block** at = &buckets_[index(block.hash)];
    while (*at != &block) at = &(*at)->next;
    *at = block.next;
    --size_;
  }

  std::size_t size() const { return size_; }

  std::vector<const Block*> all() const {
    std::vector<const Block*> blocks;
    for (const Block* block : buckets_)
      for (; block; block = block->next) blocks.push_back(block);
    return blocks;
  }

 private:
  std::size_t index(std::uint64_t hash) const { return (hash ^ hash >> 32) & (buckets_.size() - 1); }

  void link(Block& block) {
    Block*& bucket = buckets_[index(block.hash)];
    block.next = std::exchange(bucket, &block);
  }

  std::vector<Block*> buckets_;  // [a power of two, at least size_], or none
  std::size_t size_ = 0;
};

}  // namespace radixlab
