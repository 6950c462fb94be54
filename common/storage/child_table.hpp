/// \file
/// The children of one tree node, found by the first page of tokens on their edge.
///
///   one child      a pointer, nothing else: most nodes of a prefix cache have one child or none
///   more children  a flat table with open addressing; a slot keeps 32 bits of the hash, so that a wrong child's
///                  text is rarely read
///
/// A hash only says where to look: a child is found when its tokens are equal, so a collision costs time and never an
/// answer (I12). What a caller can see in an order is in the order of tokens (in_order), never of hashes or pointers
/// (I27).
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "contract/cache_manager.hpp"

namespace radixlab {

/// REQUIRES of Node: a member `tokens` with view(), the edge, of at least a page while the node is in the table.
/// Every `page` [P] and `page_size` of one table is the same P. Does not own the nodes. 24 bytes.
template <class Node>
class ChildTable {
 public:
  /// The child whose edge begins with `page` [P], or nullptr. O(P) expected.
  Node* find(std::span<const TokenId> page) const {
    if (!table_) return only_ && begins_with(*only_, page) ? only_ : nullptr;
    return table_[locate(page, hash(page))].child;
  }

  /// Room for one child more: the next put() cannot fail. O(P) amortised.
  void make_room(std::size_t page_size) {
    if (!table_ && only_) make_table(4, page_size);
    if (table_ && (size_ + 1) * 4 > capacity() * 3) make_table(capacity() * 2, page_size);
  }

  /// Puts `child` in, or in the place of the one whose edge begins with the same page: then it cannot fail. O(P)
  /// amortised.
  void put(Node& child, std::size_t page_size) {
    const auto page = child.tokens.view().first(page_size);
    if (!table_ && (!only_ || begins_with(*only_, page))) {
      only_ = &child;
      return;
    }
    if (!table_) make_table(4, page_size);
    const std::uint32_t h = hash(page);
    std::uint32_t at = locate(page, h);
    if (!table_[at].child && (size_ + 1) * 4 > capacity() * 3) {
      make_table(capacity() * 2, page_size);
      at = locate(page, h);
    }
    size_ += table_[at].child == nullptr;
    table_[at] = {&child, h};
  }

  /// Takes the child whose edge begins like `child`'s out. O(P) expected. REQUIRES: it is in. Never throws.
  void erase(const Node& child, std::size_t page_size) noexcept {
    if (!table_) {
      only_ = nullptr;
      return;
    }
    const auto page = child.tokens.view().first(page_size);
    std::uint32_t hole = locate(page, hash(page));
    // Whoever was pushed past the hole moves back into it, so that no walk ends too early.
    for (std::uint32_t i = (hole + 1) & mask_; table_[i].child; i = (i + 1) & mask_) {
      const std::uint32_t home = table_[i].hash & mask_;
      if (((i - home) & mask_) >= ((i - hole) & mask_)) table_[std::exchange(hole, i)] = table_[i];
    }
    table_[hole] = {};
    if (--size_ == 0) table_.reset();
  }

  std::size_t size() const { return table_ ? size_ : only_ != nullptr; }
  bool empty() const { return !table_ && !only_; }

  /// Calls visit(Node*) for each child, in an order that nobody may see (I27). O(children).
  template <class Visit>
  void for_each(Visit visit) const {
    if (!table_ && only_) visit(only_);
    for (std::uint32_t i = 0; table_ && i <= mask_; ++i)
      if (table_[i].child) visit(table_[i].child);
  }

  /// The children in the order of their tokens. O(n log n): for pictures.
  std::vector<Node*> in_order() const {
    std::vector<Node*> all;
    for_each([&](Node* child) { all.push_back(child); });
    std::ranges::sort(all, comes_first);
    return all;
  }

  static bool comes_first(const Node* a, const Node* b) {  ///< in the order of tokens
    return std::ranges::lexicographical_compare(a->tokens.view(), b->tokens.view());
  }

 private:
  struct Slot {
    Node* child = nullptr;
    std::uint32_t hash = 0;
  };

  static bool begins_with(const Node& child, std::span<const TokenId> page) {
    const TokenId* const begin = child.tokens.view().data();
    return page[0] == begin[0] && (page.size() == 1 || std::equal(page.begin() + 1, page.end(), begin + 1));
  }

  static std::uint32_t hash(std::span<const TokenId> page) {
    std::uint64_t h = 0;
    for (const TokenId token : page) h = (std::rotl(h, 5) ^ static_cast<std::uint32_t>(token)) * 0x9e3779b97f4a7c15U;
    return static_cast<std::uint32_t>(h >> 32);
  }

  std::uint32_t capacity() const { return mask_ + 1; }

  // The slot of the child that begins with `page`, or the free slot where it would stand.
  std::uint32_t locate(std::span<const TokenId> page, std::uint32_t h) const {
    std::uint32_t i = h & mask_;
    while (table_[i].child && (table_[i].hash != h || !begins_with(*table_[i].child, page))) i = (i + 1) & mask_;
    return i;
  }

  void make_table(std::uint32_t new_capacity, std::size_t page_size) {
    auto bigger = std::make_unique<Slot[]>(new_capacity);
    const auto place = [&](const Slot& slot) {
      std::uint32_t i = slot.hash & (new_capacity - 1);
      while (bigger[i].child) i = (i + 1) & (new_capacity - 1);
      bigger[i] = slot;
    };
    for (std::uint32_t i = 0; table_ && i < capacity(); ++i)
      if (table_[i].child) place(table_[i]);
    if (!table_) place({only_, hash(only_->tokens.view().first(page_size))}), size_ = 1;
    table_ = std::move(bigger);
    only_ = nullptr;
    mask_ = new_capacity - 1;
  }

  Node* only_ = nullptr;           // the one child while there is no table
  std::unique_ptr<Slot[]> table_;  // [capacity], a power of two, at most 3/4 full
  std::uint32_t size_ = 0, mask_ = 0;
};

}  // namespace radixlab
