/// \file
/// The children of one tree node in the order of their tokens: who agrees longest with a text stands beside its place.
///
///   children   3 1 4 1   3 1 7 0   3 1 7 9   5 0 0 0
///                                 ^ the place of 3 1 7 4: it agrees longest with a neighbour, here with both, for three
///                                   tokens; the first child that begins with 3 1 7 is the answer
#pragma once
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <span>
#include <utility>

#include "storage/match_len.hpp"

namespace radixlab {

template <class Node>
struct ClosestChild {
  Node* child = nullptr;
  std::size_t len = 0;  ///< [tokens] of its first page that agree; 0: there is no such child
};

/// The order of tokens. A text of at most a page [n] stands for all children that begin with it.
struct InTokenOrder {
  using is_transparent = void;
  using Tokens = std::span<const TokenId>;

  template <class Node>
  bool operator()(const Node* a, const Node* b) const {
    return std::ranges::lexicographical_compare(a->tokens.view(), b->tokens.view());
  }
  template <class Node>
  bool operator()(const Node* a, Tokens b) const {
    return std::ranges::lexicographical_compare(a->tokens.view().first(b.size()), b);
  }
  template <class Node>
  bool operator()(Tokens a, const Node* b) const {
    return std::ranges::lexicographical_compare(a, b->tokens.view().first(a.size()));
  }
};

/// REQUIRES of Node: a member `tokens` with view(), of at least a page, that begins with the same page as long as the
/// node is in. No two children begin with the same page [P]. Does not own the nodes. About 48 bytes a child.
/// What a table calls as it changes is never inlined: a table without an order stays as small and fast as it was.
template <class Node>
class ChildOrder {
 public:
  /// Who agrees longest with `page` [n], n <= P, and of equals the first. O(P log children).
  ClosestChild<Node> closest(std::span<const TokenId> page) const {
    const auto after = sorted_.lower_bound(page);
    const auto agrees = [&](const Node* child) { return get_match_len(child->tokens.view(), page); };
    const std::size_t here = after == sorted_.end() ? 0 : agrees(*after);
    const std::size_t before = after == sorted_.begin() ? 0 : agrees(*std::prev(after));
    if (before < here) return {*after, here};
    if (before == 0) return {};
    return {*sorted_.lower_bound(page.first(before)), before};
  }

  /// The next put() cannot fail. O(1).
  [[gnu::noinline]] void make_room() {
    if (spare_) return;
    Sorted one;
    spare_ = one.extract(one.insert(nullptr).first);
  }

  /// Puts `child` in, which begins with `page` [P], or in the place of the one that does: then it cannot fail.
  /// O(P log children).
  [[gnu::noinline]] void put(Node& child, std::span<const TokenId> page) {
    auto place = sorted_.lower_bound(page);
    const bool is_taken = place != sorted_.end() && !InTokenOrder()(page, *place);
    if (!is_taken) make_room();
    auto entry = is_taken ? sorted_.extract(place++) : std::move(spare_);
    entry.value() = &child;
    sorted_.insert(place, std::move(entry));
  }

  /// Takes the child that begins with `page` [P] out, and keeps its entry for the next put(). O(P log children).
  /// REQUIRES: it is in. Never throws.
  [[gnu::noinline]] void erase(std::span<const TokenId> page) noexcept { spare_ = sorted_.extract(sorted_.find(page)); }

 private:
  using Sorted = std::set<Node*, InTokenOrder>;
  Sorted sorted_;
  typename Sorted::node_type spare_;  // of no child
};

}  // namespace radixlab
