/// \file
/// Who goes first: a heap of nodes that is kept across calls, so that nobody ever sorts or collects all leaves.
///
/// Invariant: nodes stand in the order of (score, id), the smallest first. Ids break ties, so the same calls give the
/// same victims on every machine (I27).
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace radixlab {

inline constexpr std::uint32_t kNotInOrder = UINT32_MAX;

/// REQUIRES of Node: std::uint32_t id; std::uint32_t order_index = kNotInOrder, which the order alone writes.
/// Score: a function of a const Node& to anything with <. It is asked at insert, update and rescore alone, never by a
/// comparison: who changes what a score looks at calls update. Does not own the nodes. Several orders whose ends can be
/// compared: class_order.hpp.
template <class Node, class Score>
class EvictionOrder {
 public:
  explicit EvictionOrder(Score score = {}) : score_(std::move(score)) {}

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  bool contains(const Node& node) const { return node.order_index != kNotInOrder; }
  Node& first() const { return *heap_.front().node; }  ///< O(1). REQUIRES: !empty()

  /// Room for `n` nodes: until there are more, insert() cannot fail. O(n) amortised over n calls.
  void reserve(std::size_t n) {
    if (n > heap_.capacity()) heap_.reserve(std::max(n, 2 * heap_.capacity()));
  }

  /// O(log n). A node that is in already is updated.
  void insert(Node& node) {
    if (contains(node)) return update(node);
    heap_.push_back({score_(std::as_const(node)), &node});
    node.order_index = static_cast<std::uint32_t>(heap_.size() - 1);
    rise(node.order_index);
  }

  /// O(log n). A node that is not in is left alone.
  void update(Node& node) {
    if (!contains(node)) return;
    const std::uint32_t at = node.order_index;
    heap_[at].score = score_(std::as_const(node));
    sink(rise(at));
  }

  /// O(log n). A node that is not in is left alone.
  void erase(Node& node) {
    if (!contains(node)) return;
    const std::uint32_t at = std::exchange(node.order_index, kNotInOrder);
    const Entry last = std::move(heap_.back());
    heap_.pop_back();
    if (at == heap_.size()) return;
    put(at, last);
    sink(rise(at));
  }

  /// Asks for every score again: for scores that change as time passes. O(n).
  void rescore() {
    for (Entry& entry : heap_) entry.score = score_(std::as_const(*entry.node));
    for (std::size_t at = heap_.size() / 2; at-- > 0;) sink(static_cast<std::uint32_t>(at));
  }

 private:
  using ScoreValue = std::decay_t<std::invoke_result_t<const Score&, const Node&>>;
  struct Entry {
    ScoreValue score;  // kept here, so that sifting reads one array and no node
    Node* node;
    bool before(const Entry& other) const {
      if (score < other.score) return true;
      return !(other.score < score) && node->id < other.node->id;
    }
  };

  void put(std::uint32_t at, const Entry& entry) {
    heap_[at] = entry;
    entry.node->order_index = at;
  }

  std::uint32_t rise(std::uint32_t at) {
    const Entry entry = heap_[at];
    for (; at > 0 && entry.before(heap_[(at - 1) / 2]); at = (at - 1) / 2) put(at, heap_[(at - 1) / 2]);
    put(at, entry);
    return at;
  }

  void sink(std::uint32_t at) {
    const Entry entry = heap_[at];
    for (std::uint32_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
      if (child + 1 < heap_.size() && heap_[child + 1].before(heap_[child])) ++child;
      if (!heap_[child].before(entry)) break;
      put(at, heap_[child]);
      at = child;
    }
    put(at, entry);
  }

  Score score_;
  std::vector<Entry> heap_;  // entry i stands before 2i+1 and 2i+2
};

}  // namespace radixlab
