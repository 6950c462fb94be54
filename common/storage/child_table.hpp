/// \file
/// The children of one tree node, found by the first page of tokens on their edge.
///
///   one child      a pointer, nothing else: most nodes of a prefix cache have one child or none
///   more children  a flat table with open addressing; a slot keeps 32 bits of the hash, so that a wrong child's
///                  text is rarely read
///   an order       beside a table that was asked for the closest child of a text; it comes with the first such question
///
/// A hash only says where to look: a child is found when its tokens are equal, so a collision costs time and never an
/// answer (I12). What a caller can see in an order is in the order of tokens (in_order), never of hashes or pointers
/// (I27).
#pragma once
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "storage/child_order.hpp"

namespace radixlab {

/// REQUIRES of Node: a member `tokens` with view(), the edge, of at least a page while the node is in the table.
/// Every `page` [P] and `page_size` of one table is the same P. Does not own the nodes. 8 bytes.
/// In a table with an order, put and erase take O(P log children), and a child about 48 bytes more.
template <class Node>
class ChildTable {
 public:
  ChildTable() = default;
  ~ChildTable() { drop_table(); }
  ChildTable(const ChildTable&) = delete;
  ChildTable& operator=(const ChildTable&) = delete;

  /// The child whose edge begins with `page` [P], or nullptr. O(P) expected.
  Node* find(std::span<const TokenId> page) const {
    if (const Table* const t = table()) return t->slots()[locate(*t, page, hash(page))].child;
    Node* const one = only();
    return one && begins_with(*one, page) ? one : nullptr;
  }

  /// The child whose first page agrees longest with `tokens`, for a token at least, and of equals the first in the order
  /// of tokens (I27). O(P log children) expected; the first time among many children, it puts all of them in order. Throws
  /// std::bad_alloc, with nothing changed.
  ClosestChild<Node> closest(std::span<const TokenId> tokens, std::size_t page_size) {
    const auto page = tokens.first(std::min(tokens.size(), page_size));
    if (page.empty()) return {};
    if (page_size == 1) {  // who agrees for a token agrees for the page
      Node* const child = find(page);
      return {child, child ? std::size_t{1} : 0};
    }
    Table* const t = table();
    if (!t || (!t->order && t->capacity() <= kScanned)) return scan(page);
    if (!t->order) t->order = make_order(page_size);
    return t->order->closest(page);
  }

  /// Room for one child more: the next put() cannot fail. O(P) amortised.
  void make_room(std::size_t page_size) {
    if (Table* t = table()) {
      if (t->is_full()) t = &make_table(t->capacity() * 2, page_size);
      if (t->order) t->order->make_room();
    } else if (only()) {
      make_table(4, page_size);
    }
  }

  /// Puts `child` in, or in the place of the one whose edge begins with the same page: then it cannot fail. O(P)
  /// amortised.
  void put(Node& child, std::size_t page_size) {
    const auto page = child.tokens.view().first(page_size);
    if (!table() && (!only() || begins_with(*only(), page))) {
      is_ = reinterpret_cast<std::byte*>(&child);
      return;
    }
    if (!table()) make_table(4, page_size);
    Table* t = table();
    const std::uint32_t h = hash(page);
    std::uint32_t at = locate(*t, page, h);
    if (!t->slots()[at].child && t->is_full()) {
      t = &make_table(t->capacity() * 2, page_size);
      at = locate(*t, page, h);
    }
    if (t->order) t->order->put(child, page);
    t->size += t->slots()[at].child == nullptr;
    t->slots()[at] = {&child, h};
  }

  /// Takes the child whose edge begins like `child`'s out. O(P) expected. REQUIRES: it is in. Never throws.
  void erase(const Node& child, std::size_t page_size) noexcept {
    Table* const t = table();
    if (!t) {
      is_ = nullptr;
      return;
    }
    const auto page = child.tokens.view().first(page_size);
    if (t->order) t->order->erase(page);
    Slot* const slots = t->slots();
    const std::uint32_t mask = t->mask;
    std::uint32_t hole = locate(*t, page, hash(page));
    // Whoever was pushed past the hole moves back into it, so that no walk ends too early.
    for (std::uint32_t i = (hole + 1) & mask; slots[i].child; i = (i + 1) & mask) {
      const std::uint32_t home = slots[i].hash & mask;
      if (((i - home) & mask) >= ((i - hole) & mask)) slots[std::exchange(hole, i)] = slots[i];
    }
    slots[hole] = {};
    if (--t->size == 0) drop_table();
  }

  std::size_t size() const { return table() ? table()->size : only() != nullptr; }
  bool empty() const { return is_ == nullptr; }

  /// Calls visit(Node*) for each child, in an order that nobody may see (I27). O(children).
  template <class Visit>
  void for_each(Visit visit) const {
    if (const Table* const t = table()) {
      for (std::uint32_t i = 0; i <= t->mask; ++i)
        if (t->slots()[i].child) visit(t->slots()[i].child);
    } else if (only()) {
      visit(only());
    }
  }

  /// The children in the order of their tokens. O(n log n): for pictures.
  std::vector<Node*> in_order() const {
    std::vector<Node*> all;
    for_each([&](Node* child) { all.push_back(child); });
    std::ranges::sort(all, InTokenOrder());
    return all;
  }

 private:
  struct Slot {
    Node* child = nullptr;
    std::uint32_t hash = 0;
  };
  struct Table {  // in front of its slots, a power of two of them, at most 3/4 full
    std::uint32_t size, mask;
    std::unique_ptr<ChildOrder<Node>> order;
    std::uint32_t capacity() const { return mask + 1; }
    bool is_full() const { return (size + 1) * std::uint64_t{4} > capacity() * std::uint64_t{3}; }
    Slot* slots() { return reinterpret_cast<Slot*>(this + 1); }
    const Slot* slots() const { return reinterpret_cast<const Slot*>(this + 1); }
  };

  static bool begins_with(const Node& child, std::span<const TokenId> page) {
    const TokenId* const begin = child.tokens.view().data();
    return page[0] == begin[0] && std::equal(page.begin() + 1, page.end(), begin + 1);
  }

  static constexpr std::uint32_t kScanned = 32;  // slots: the children of so many are read, and not put in order

  ClosestChild<Node> scan(std::span<const TokenId> page) const {
    ClosestChild<Node> best;
    for_each([&](Node* child) {
      const std::size_t len = get_match_len(child->tokens.view(), page);
      if (len > best.len || (len > 0 && len == best.len && InTokenOrder()(child, best.child))) best = {child, len};
    });
    return best;
  }

  std::unique_ptr<ChildOrder<Node>> make_order(std::size_t page_size) const {
    auto order = std::make_unique<ChildOrder<Node>>();
    for_each([&](Node* child) { order->put(*child, child->tokens.view().first(page_size)); });
    return order;
  }

  // Of one token: another number for each, so that equal hashes are equal pages.
  static std::uint32_t hash(std::span<const TokenId> page) {
    if (page.size() == 1) {
      const std::uint32_t h = static_cast<std::uint32_t>(page[0]) * 0x9e3779b1U;
      return h ^ h >> 16;
    }
    std::uint64_t h = 0;
    for (const TokenId token : page) h = (std::rotl(h, 5) ^ static_cast<std::uint32_t>(token)) * 0x9e3779b97f4a7c15U;
    return static_cast<std::uint32_t>(h >> 32);
  }

  // The slot of the child that begins with `page`, or the free slot where it would stand.
  static std::uint32_t locate(const Table& t, std::span<const TokenId> page, std::uint32_t h) {
    const Slot* const slots = t.slots();
    std::uint32_t i = h & t.mask;
    const auto differs = [&](const Slot& slot) {
      return slot.hash != h || (page.size() > 1 && !begins_with(*slot.child, page));
    };
    while (slots[i].child && differs(slots[i])) i = (i + 1) & t.mask;
    return i;
  }

  Table& make_table(std::uint32_t capacity, std::size_t page_size) {
    Table& bigger = *new (::operator new(sizeof(Table) + capacity * sizeof(Slot)))
                        Table{static_cast<std::uint32_t>(size()), capacity - 1, nullptr};
    std::uninitialized_default_construct_n(bigger.slots(), capacity);
    const auto place = [&](const Slot& slot) {
      std::uint32_t i = slot.hash & bigger.mask;
      while (bigger.slots()[i].child) i = (i + 1) & bigger.mask;
      bigger.slots()[i] = slot;
    };
    if (Table* const t = table()) {
      for (std::uint32_t i = 0; i <= t->mask; ++i)
        if (t->slots()[i].child) place(t->slots()[i]);
      bigger.order = std::move(t->order);
    } else if (only()) {
      place({only(), hash(only()->tokens.view().first(page_size))});
    }
    drop_table();
    is_ = reinterpret_cast<std::byte*>(&bigger) + kTable;
    return bigger;
  }

  void drop_table() noexcept {
    if (Table* const t = table()) {
      std::destroy_at(t);
      ::operator delete(t);
    }
    is_ = nullptr;
  }

  static constexpr std::uintptr_t kTable = 1;  // no node and no table has an odd address
  bool is_table() const { return (reinterpret_cast<std::uintptr_t>(is_) & kTable) != 0; }
  Node* only() const { return is_table() ? nullptr : reinterpret_cast<Node*>(is_); }
  Table* table() const { return is_table() ? reinterpret_cast<Table*>(is_ - kTable) : nullptr; }

  std::byte* is_ = nullptr;  // the one child, or a table with kTable added
};

}  // namespace radixlab
