/// \file
/// Which sequence came first with a prefix: a flat table with open addressing, one entry a distinct prefix.
///
/// A hash only says where to look. Two prefixes may have one hash, so an entry is an answer when its tokens are the
/// asker's, and the table, which has no tokens, asks back (I12).
#pragma once
#include <bit>
#include <cstdint>
#include <vector>

namespace radixlab {

class PrefixTable {
 public:
  /// The first `length` tokens of sequence `sequence`. 12 bytes; a table that is not small is 3/8 to 3/4 full.
  struct Entry {
    std::uint32_t hash = 0;  ///< 32 bits of it, so that a wrong prefix's text is rarely read, and to grow by
    std::uint32_t sequence = 0;
    std::uint32_t length = 0;  ///< [tokens]; 0: a free place
  };

  /// The entry of the prefix of `length` tokens with this hash for which `is_it(sequence)` says yes, or nullptr. O(1)
  /// expected; of prefixes with one hash every one is asked about.
  template <class IsIt>
  const Entry* find(std::uint64_t hash, std::size_t length, IsIt is_it) const {
    ++look_ups_;
    if (entries_.empty()) return nullptr;
    const std::uint32_t h = fold(hash);
    for (std::size_t i = h & mask(); entries_[i].length > 0; i = (i + 1) & mask())
      if (entries_[i].hash == h && entries_[i].length == length && is_it(entries_[i].sequence)) return &entries_[i];
    return nullptr;
  }

  /// The next `n` calls of put() cannot fail. O(1) amortised an entry.
  void make_room(std::size_t n) {
    if ((size_ + n) * 4 <= entries_.size() * 3) return;
    std::vector<Entry> old(std::bit_ceil((size_ + n) * 4 / 3 + 4));
    old.swap(entries_);
    for (const Entry& entry : old)
      if (entry.length > 0) place(entry);
  }

  /// REQUIRES: room, and no entry for this prefix yet. O(1) expected.
  void put(std::uint64_t hash, std::size_t sequence, std::size_t length) noexcept {
    place({fold(hash), static_cast<std::uint32_t>(sequence), static_cast<std::uint32_t>(length)});
    ++size_;
  }

  std::size_t size() const { return size_; }          ///< entries in use
  std::size_t look_ups() const { return look_ups_; }  ///< calls of find() so far: what searches cost
  std::size_t memory_bytes() const { return entries_.capacity() * sizeof(Entry); }

 private:
  static std::uint32_t fold(std::uint64_t hash) { return static_cast<std::uint32_t>(hash ^ hash >> 32); }
  std::size_t mask() const { return entries_.size() - 1; }

  void place(const Entry& entry) {
    std::size_t i = entry.hash & mask();
    while (entries_[i].length > 0) i = (i + 1) & mask();
    entries_[i] = entry;
  }

  std::vector<Entry> entries_;  // [a power of two], or none
  std::size_t size_ = 0;
  mutable std::size_t look_ups_ = 0;
};

}  // namespace radixlab
