/// \file
/// Who goes first, in classes: EvictionOrder's sibling for policies that compare the ends of up to 64 orders.
///
///   class 0   first [3 8 9 .. 40] last        Whoever thinks otherwise of a node as it ages, and alike of all nodes of
///   class 1   first [5 6] last                one class and age, looks at the ends, and never at all nodes.
///
/// Invariant: the nodes of a class stand in the order of (score, id), the smallest first; ids break ties (I27).
///
/// Each class is a sorted set. What insert() needs is made by reserve() and goes from set to set: a set's entry is taken
/// out and put in without memory.
#pragma once
#include <set>
#include <stdexcept>
#include <string>

#include "storage/eviction_order.hpp"

namespace radixlab {

inline constexpr std::uint32_t kMostClasses = 64;

/// Where a node belongs: a class, and its score there, anything with <.
template <class Score>
struct Ranked {
  std::uint32_t of;
  Score score;
};

/// REQUIRES of Node what EvictionOrder does. Rank: a function of a const Node& to a Ranked; asked at insert, update and
/// rescore alone. Does not own the nodes.
template <class Node, class Rank>
class ClassOrder {
 public:
  explicit ClassOrder(std::uint32_t num_classes, Rank rank = {}) : rank_(std::move(rank)) {
    if (num_classes == 0 || num_classes > kMostClasses)
      throw std::invalid_argument("ClassOrder: " + std::to_string(num_classes) + " classes, expected 1 .. " +
                                  std::to_string(kMostClasses));
    classes_.resize(num_classes);
  }

  std::uint32_t num_classes() const { return static_cast<std::uint32_t>(classes_.size()); }
  bool empty() const { return places_.empty(); }
  std::size_t size() const { return places_.size(); }
  bool contains(const Node& node) const { return node.order_index != kNotInOrder; }
  Node* first(std::uint32_t at) const { return classes_[at].empty() ? nullptr : classes_[at].begin()->node; }  ///< O(1)
  Node* last(std::uint32_t at) const { return classes_[at].empty() ? nullptr : classes_[at].rbegin()->node; }  ///< O(1)

  /// Room for `n` nodes: until there are more, insert() cannot fail. O(n) amortised over n calls.
  void reserve(std::size_t n) {
    if (n > places_.capacity()) places_.reserve(std::max(n, 2 * places_.capacity()));
    if (n > spare_.capacity()) spare_.reserve(std::max(n, 2 * spare_.capacity()));
    while (places_.size() + spare_.size() < n) {
      Class one{Entry{}};
      spare_.push_back(one.extract(one.begin()));
    }
  }

  /// O(log n). A node that is in already is updated.
  void insert(Node& node) {
    if (contains(node)) return update(node);
    reserve(places_.size() + 1);
    node.order_index = static_cast<std::uint32_t>(places_.size());
    places_.push_back(put(node));
  }

  /// O(log n). A node that is not in is left alone.
  void update(Node& node) {
    if (!contains(node)) return;
    take(node.order_index);
    places_[node.order_index] = put(node);
  }

  /// O(log n). A node that is not in is left alone.
  void erase(Node& node) {
    if (!contains(node)) return;
    const std::uint32_t at = std::exchange(node.order_index, kNotInOrder);
    take(at);
    places_[at] = places_.back();
    places_.pop_back();
    if (at < places_.size()) places_[at].entry->node->order_index = at;
  }

  /// Asks for every rank again. O(n log n).
  void rescore() {
    for (std::size_t at = 0; at < places_.size(); ++at) update(*places_[at].entry->node);
  }

 private:
  struct Entry {
    decltype(std::declval<const Rank&>()(std::declval<const Node&>()).score) score{};
    Node* node = nullptr;
    bool operator<(const Entry& other) const {
      if (score < other.score) return true;
      return !(other.score < score) && node->id < other.node->id;
    }
  };
  using Class = std::set<Entry>;
  struct Place {
    typename Class::iterator entry;
    std::uint32_t of;  // which class
  };

  void take(std::uint32_t at) { spare_.push_back(classes_[places_[at].of].extract(places_[at].entry)); }

  Place put(Node& node) {
    const auto [of, score] = rank_(std::as_const(node));
    Class& now = classes_.at(of);
    auto entry = std::move(spare_.back());
    spare_.pop_back();
    entry.value() = {score, &node};
    return {now.insert(std::move(entry)).position, of};
  }

  Rank rank_;
  std::vector<Class> classes_;
  std::vector<Place> places_;                     // by Node::order_index
  std::vector<typename Class::node_type> spare_;  // of no class
};

}  // namespace radixlab
