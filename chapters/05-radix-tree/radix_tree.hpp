/// \file
/// Chapter 05, tasks 5.1-5.3: a radix tree whose edges are runs of tokens and whose nodes hold the pages of their run.
///
///   insert 7 7 3 1                then insert 7 7 9:  split_edge(node, 2)
///       root                                 root
///        |                                    |
///     [7 7 3 1] p0 p1 p2 p3                [7 7] p0 p1            upper: a new node
///                                          /     \.
///                             p2 p3 [3 1]          [9] p4         lower keeps its name (I15)
///
/// The tree knows text and pages. Who uses a node, and how long ago, is RadixCacheManager's business: it keeps that in
/// `Node::use`, and all that the tree must do with it is to copy it on a split (I13, I14).
///
/// Invariants:
///
///   I1   tokens(n) = P * pages(n) > 0, for every node but a root
///   I2   siblings differ in their first page of tokens
///   I15  a split leaves the lower half its name, so handles taken before it stay good
///
/// After seed 004, section 3.1, in whole pages and with the pages cut where the text is (its repairs S1-S4).
#pragma once
#include <map>

#include "contract/snapshot.hpp"
#include "storage/child_table.hpp"
#include "storage/eviction_order.hpp"
#include "storage/match_len.hpp"
#include "storage/node_pool.hpp"
#include "storage/page_run.hpp"
#include "storage/run.hpp"

namespace radixlab {

/// Two cache lines: what a look-up reads, and what its use writes.
struct alignas(64) RadixTreeNode {
  Run<TokenId> tokens;  ///< the edge from the parent [P * pages.size()]
  PageRun pages;
  ChildTable<RadixTreeNode> children;
  RadixTreeNode* parent = nullptr;
  std::size_t end = 0;                   ///< [tokens] from the root to the end of this edge
  std::uint32_t id = 0, generation = 0;  ///< its name, written by the pool

  Usage use;
  std::uint32_t cache_salt = 0;             ///< whose text this is
  std::uint32_t order_index = kNotInOrder;  ///< written by the manager's eviction order

  bool is_root() const { return parent == nullptr; }
  bool is_leaf() const { return children.empty(); }
};
static_assert(sizeof(RadixTreeNode) == 128);

class RadixTree {
 public:
  using Node = RadixTreeNode;

  /// Where a walk ended: all of `node`'s edge was matched, `len` tokens from the root.
  struct Position {
    Node* node;
    std::size_t len;
  };

  /// Throws std::invalid_argument for a page_size of 0. `partial_hits`: a handle may end inside a page.
  explicit RadixTree(std::size_t page_size, bool partial_hits = false);

  /// 5.1  Follows `tokens` down from `from` as far as whole pages agree; `from.len` of them lie behind it already. If it
  ///      ends inside an edge, the edge is split there, so that the answer is always a node's end. O(tokens walked).
  Position lookup(std::span<const TokenId> tokens, Position from);

  /// 5.2  Cuts `lower`'s edge after `at` tokens; returns the new upper node. O(1): no token is copied.
  ///      REQUIRES: 0 < at < tokens of the edge, at a multiple of P.
  Node& split_edge(Node& lower, std::size_t at);

  /// 5.3  Puts the rest of a sequence below `at` as a new leaf. O(tokens): the one copy of them.
  ///      REQUIRES: tokens = P * pages > 0, and no child of `at` begins with their first page.
  Node& insert(Position at, std::span<const TokenId> tokens, std::span<const PageId> pages);

  /// Takes a leaf out, and its root with it when it was the last. Throws std::logic_error (I26) if it is no leaf.
  void remove_leaf(Node& leaf);

  /// Every salt has a root of its own (I11), made at its first insert; without children if that insert fails.
  Position root(std::uint32_t cache_salt);
  Node* find_root(std::uint32_t cache_salt) const;  ///< nullptr if nothing is stored under this salt
  Node* find_child(const Node& node,
                   std::span<const TokenId> tokens) const;  ///< that begins with the first page of `tokens`
  std::vector<Node*> path(PrefixKey key) const;  ///< the nodes all of whose text `key` goes through, from the first

  /// The node that a handle names. Throws std::logic_error (I28) if it is gone or does not end where the handle says.
  /// A handle that ends inside a page names a node of that one page, and is refused where there are no partial hits.
  Node& node(const CacheHandle& handle) const;

  /// Calls f(node) for every node but the roots: parents before children, siblings in the order of their tokens. O(nodes
  /// log siblings).
  template <class F>
  void for_each_node(F f) const {
    std::vector<Node*> open;  // a stack and no recursion: a long chat is a deep tree
    const auto push_children = [&](const Node& parent) {
      const auto children = parent.children.in_order();
      open.insert(open.end(), children.rbegin(), children.rend());
    };
    for (const auto& [salt, root] : roots_) {
      push_children(*root);
      while (!open.empty()) {
        Node& node = *open.back();
        open.pop_back();
        f(node);
        push_children(node);
      }
    }
  }

  Arena& arena() { return arena_; }  ///< of the nodes' Runs
  const std::map<std::uint32_t, Node*>& roots() const { return roots_; }
  std::size_t num_nodes() const { return nodes_.size(); }  ///< roots too
  std::size_t page_size() const { return page_size_; }
  std::size_t whole_pages(std::size_t tokens) const { return tokens / page_size_ * page_size_; }  ///< [tokens]

 private:
  std::size_t page_size_;
  bool partial_hits_;
  Arena arena_;  // of texts and lists of pages
  NodePool<Node> nodes_;
  std::map<std::uint32_t, Node*> roots_;
};

}  // namespace radixlab
