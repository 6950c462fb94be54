/// \file
/// Chapter 07, given: the last 32,768 noted uses of pages, by the pages' names: also of pages that are gone.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

namespace radixlab {

/// A ring of notes, each with a number that grows by one. Notes of one slot of the table form a chain to older ones, which
/// ends by itself where the ring has overwritten it: nothing is ever taken out. 1.3 MB, all of it in the object.
class RecentUses {
 public:
  struct Use {
    std::uint64_t page;     ///< its name: page_hashes()
    std::uint64_t older;    ///< number of the note before it in its chain
    std::uint32_t at;       ///< [requests] when
    std::uint8_t of, turn;  ///< the class that the page was given, and the turn
    bool counted;           ///< for the table: a sample of all uses
    bool came_back;
  };
  static_assert(sizeof(Use) == 24);
  static constexpr std::uint64_t kMost = 1u << 15;

  std::uint64_t begin() const { return end_ > kMost ? end_ - kMost : 1; }  ///< number of the oldest note
  std::uint64_t end() const { return end_; }                               ///< of the next
  const Use& operator[](std::uint64_t number) const { return uses_[number % kMost]; }

  /// The newest note of this page; nullptr if there is none. O(1) expected.
  Use* find(std::uint64_t page) {
    for (std::uint64_t number = newest_[slot(page)]; number >= begin(); number = uses_[number % kMost].older)
      if (uses_[number % kMost].page == page) return &uses_[number % kMost];
    return nullptr;
  }

  /// Notes a use; `use.older` is written here. O(1).
  void add(Use use) {
    std::uint64_t& newest = newest_[slot(use.page)];
    const Use& before = uses_[newest % kMost];
    use.older = newest >= begin() && before.page == use.page ? before.older : newest;  // one note a page is enough
    newest = end_;
    uses_[end_++ % kMost] = use;
  }

  void clear() {
    newest_.fill(0);
    end_ = 1;
  }

 private:
  static std::size_t slot(std::uint64_t page) { return page * 0x9e3779b97f4a7c15U >> 48; }

  std::array<Use, kMost> uses_{};
  std::array<std::uint64_t, 1u << 16> newest_{};  // by slot; 0: none
  std::uint64_t end_ = 1;
};

}  // namespace radixlab
