/// \file
/// Chapter 05, given: which leaf goes first, and what a policy may know to say so. Without one the least recently used
/// goes; chapter 07 puts its own under the manager (RadixOptions::policy) and changes nothing here.
///
///   score, class_of, choose   asked: where a leaf stands in the order, and which end of which order loses a leaf
///   used                      told: a look-up or an insert went through this node
///   split                     told: an edge was cut
///   evicted                   told: this leaf goes
///   request_ended             told: a request is over; with the names of its pages, also of those that are gone
///
/// A policy sees nodes and the clock. It may read all of a node: text, depth (`end`), parent, children, use. It writes
/// one thing: `use.policy_word`, 64 bits of its own, 0 in a new node, copied by a split. A Node* is good until its
/// eviction is told.
///
/// Rules:
///
///   I26  only unlocked leaves go, whatever a policy says: no other is shown to it when it is asked
///   I27  same calls, same victims: nothing that it answers hangs on an address, a hash map's order or the day's time
///   nothing here throws, since it is called when pages are on their way. request_ended alone may run out of memory:
///   then the notes of that request are lost
#pragma once
#include <memory>
#include <optional>

#include "05-radix-tree/radix_tree.hpp"

namespace radixlab {

/// A request that is over, as a policy sees it. What is not asked for is not computed.
class EndedRequest {
 public:
  EndedRequest(const RadixTree& tree, PrefixKey ended, std::size_t found_then, std::uint64_t clock)
      : key(ended), found(found_then), now(clock), page_size(tree.page_size()), tree_(tree) {}

  const PrefixKey key;          ///< its text, as far as it was computed [n]
  const std::size_t found;      ///< [tokens] of it that were cached when it began
  const std::uint64_t now;      ///< [ticks]
  const std::size_t page_size;  ///< [tokens]

  /// The nodes that hold it now, from the first; the words of these may be written, and the order is put right
  /// afterwards. O(n), once.
  std::span<RadixTreeNode* const> path();
  /// The name of each of its whole pages and all before it [n / P], cached or not: page_hashes(). O(n), once.
  std::span<const std::uint64_t> hashes();

  /// The one node of the order that path() has shown; nullptr if it was not asked.
  RadixTreeNode* shown_leaf() const { return path_ && !path_->empty() ? path_->back() : nullptr; }

 private:
  const RadixTree& tree_;
  std::optional<std::vector<RadixTreeNode*>> path_;
  std::optional<std::vector<std::uint64_t>> hashes_;
};

/// The two ends of a class; nullptr if no leaf is in it.
struct LeafEnds {
  RadixTreeNode* first = nullptr;
  RadixTreeNode* last = nullptr;
};

class EvictionPolicy {
 public:
  using Node = RadixTreeNode;
  virtual ~EvictionPolicy() = default;

  /// The leaf with the smallest goes first, ties by id. Asked when a leaf comes into the order, and again when it was
  /// used, split, retained or shown in path(). Between these calls the tree keeps the old one.
  virtual std::uint64_t score(const Node& leaf, std::uint64_t now) = 0;

  /// Asked before each victim. True: scores have changed by themselves, as when time has passed, and all leaves are
  /// scored again. O(leaves) with one class, O(leaves log leaves) with more.
  virtual bool scores_changed(std::uint64_t /*now*/) { return false; }

  /// Up to 64 classes of leaves, each in the order of its scores. Asked once.
  virtual std::uint32_t num_classes() const { return 1; }
  virtual std::uint32_t class_of(const Node& /*leaf*/, std::uint64_t /*now*/) { return 0; }  ///< as often as score()

  /// With more than one class: the first or last leaf of one of them. One leaf at least is there. By default the lowest
  /// class that has a leaf loses its first.
  virtual Node& choose(std::span<const LeafEnds> classes, std::uint64_t now);

  /// At `now`, which `node.use` says already; `created` is now too if the node is new. Told of each node of a path,
  /// from its end to the top.
  virtual void used(Node& /*node*/, std::uint64_t /*now*/) {}
  virtual void split(Node& /*upper*/, Node& /*lower*/) {
  }  ///< `upper` is new, its use a copy; also in a call that fails
  virtual void evicted(const Node& /*leaf*/, std::uint64_t /*now*/) {}  ///< still in its place, with its pages
  virtual void request_ended(EndedRequest& /*request*/) {}
  virtual void reset() {}  ///< all is forgotten, and the clock begins anew
};

}  // namespace radixlab
