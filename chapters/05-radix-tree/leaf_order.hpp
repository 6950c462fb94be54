/// \file
/// Chapter 05, given: the manager's unlocked leaves, in the order of its policy. The policy is asked once for each
/// change of a leaf, and never by a comparison.
#pragma once
#include <array>

#include "05-radix-tree/eviction_policy.hpp"
#include "storage/class_order.hpp"

namespace radixlab {

class LeafOrder {
 public:
  using Node = RadixTreeNode;

  /// Without a policy (nullptr) the least recently used goes first. It and the clock must outlive the order.
  LeafOrder(EvictionPolicy* policy, const std::uint64_t& now)
      : policy_(policy),
        now_(now),
        one_({policy, &now}),
        classes_(policy ? policy->num_classes() : 1, {policy, &now}),
        in_classes_(classes_.num_classes() > 1) {}

  bool empty() const { return one_.empty() && classes_.empty(); }
  bool contains(const Node& node) const { return node.order_index != kNotInOrder; }

  /// Room for `n` leaves: until there are more, insert() cannot fail.
  void reserve(std::size_t n) { in_classes_ ? classes_.reserve(n) : one_.reserve(n); }
  void insert(Node& node) { in_classes_ ? classes_.insert(node) : one_.insert(node); }
  void update(Node& node) { in_classes_ ? classes_.update(node) : one_.update(node); }
  void erase(Node& node) { in_classes_ ? classes_.erase(node) : one_.erase(node); }

  /// The leaf that goes next. REQUIRES: !empty()
  Node& first() {
    if (policy_ && policy_->scores_changed(now_)) in_classes_ ? classes_.rescore() : one_.rescore();
    if (!in_classes_) return one_.first();
    std::array<LeafEnds, kMostClasses> ends;
    const std::uint32_t n = classes_.num_classes();
    for (std::uint32_t at = 0; at < n; ++at) ends[at] = {classes_.first(at), classes_.last(at)};
    return policy_->choose(std::span(ends).first(n), now_);
  }

 private:
  struct Score {
    EvictionPolicy* policy;
    const std::uint64_t* now;
    std::uint64_t operator()(const Node& leaf) const { return policy ? policy->score(leaf, *now) : leaf.use.last_used; }
  };
  struct Rank {
    EvictionPolicy* policy;
    const std::uint64_t* now;
    Ranked<std::uint64_t> operator()(const Node& leaf) const {
      return {policy->class_of(leaf, *now), policy->score(leaf, *now)};
    }
  };

  EvictionPolicy* policy_;
  const std::uint64_t& now_;
  EvictionOrder<Node, Score> one_;  // of a policy with one class: a heap is the fastest
  ClassOrder<Node, Rank> classes_;  // of one with more
  const bool in_classes_;
};

}  // namespace radixlab
