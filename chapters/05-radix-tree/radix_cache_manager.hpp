/// \file
/// Chapter 05, tasks 5.4-5.6: the radix tree as a cache manager: who uses a node, and which node goes first.
///
/// Invariants:
///
///   I6   an unlocked leaf is in `order_`, and nothing else is
///   I16  n.ref_count = handles locked at n + the sum of its children's, for every node but a root
///   I17  evictable_size + protected_size = pages in the tree
///
/// After seed 003's RadixCacheManager. lock_handle(h, unlock=True) is unlock_handle here, evict(size) counts pages.
#pragma once
#include "05-radix-tree/radix_tree.hpp"
#include "storage/eviction_order.hpp"

namespace radixlab {

struct RadixOptions {
  std::size_t page_size = 1;  ///< [tokens]
  bool partial_hits = false;  ///< a hit may end inside a page, which the asker copies (chapter 06, copy-on-write);
                              ///< a look-up then reads all children of the node where it ends
};

/// Holds page ids and never frees one: evict() and reset() hand them back. Does not own KV data.
class RadixCacheManager : public BaseCacheManager {
 public:
  explicit RadixCacheManager(RadixOptions options = {});

  CacheHandle match_prefix(PrefixKey key) override;
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override;
  CacheHandle whole_pages(const CacheHandle& handle) const override;
  void rename_pages(std::span<const PageMove> moves) override;  ///< O(pages cached)
  void retain(const CacheHandle& handle, std::int32_t priority, std::uint64_t duration) override;
  std::vector<PageId> reset() override;
  SizeInfo size_info() const override { return sizes_; }
  Snapshot snapshot() const override;

  /// 5.4  Adds a lock to every node from the handle's to the root, or takes one away. O(depth).
  void lock_handle(const CacheHandle& handle) override;
  void unlock_handle(const CacheHandle& handle) override;

  /// 5.5  Unlocked leaves, the least recently used first; a parent follows when its last child is gone. O(its pages +
  /// log leaves) a victim.
  std::vector<PageId> evict(std::size_t num_pages) override;

  /// 5.6  Resumes the walk at `from`, so that a chunk costs what it adds. O(tokens behind `from`, and depth).
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;

 private:
  using Node = RadixTreeNode;
  struct LeastRecentlyUsed {  // the policy, which chapter 07 makes a choice; ties go by id
    std::uint64_t operator()(const Node& node) const { return node.use.last_used; }
  };

  CacheHandle handle(RadixTree::Position at) const { return {at.len, at.node->id, at.node->generation}; }
  CacheHandle partial_hit(RadixTree::Position found, std::span<const TokenId> tokens);

  /// Where a walk from this handle resumes; no node for a key shorter than a page. Throws, with nothing changed, if the
  /// arguments do not fit.
  RadixTree::Position resume(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from);
  void touch(Node& node);  ///< used now: this node and all above it

  RadixOptions options_;
  RadixTree tree_;
  SizeInfo sizes_;
  std::size_t longest_ = 0;  // [pages] of a key, so far: no node has more
  std::uint64_t now_ = 0;    // the logical clock: one tick a match or insert
  EvictionOrder<Node, LeastRecentlyUsed> order_;
};

}  // namespace radixlab
