/// \file
/// Chapter 05, tasks 5.4-5.6: the radix tree as a cache manager: who uses a node, and which node goes first.
///
/// Invariants:
///
///   I6   an unlocked leaf is in `order_`, and nothing else is
///   I16  n.ref_count = handles locked at n + the sum of its children's, for every node but a root
///   I17  evictable_size + protected_size = pages in the tree
///
/// Which leaf goes first says a policy (eviction_policy.hpp); by RadixOptions::unit all of it goes, or only its tail.
///
/// After seed 003's RadixCacheManager. lock_handle(h, unlock=True) is unlock_handle here, evict(size) counts pages.
#pragma once
#include "05-radix-tree/leaf_order.hpp"

namespace radixlab {

/// What goes of a leaf with more pages than are needed: the whole leaf, or as many pages as are needed, from its end.
enum class EvictionUnit { leaf, tail };

struct RadixOptions {
  std::size_t page_size = 1;  ///< [tokens]
  bool partial_hits = false;  ///< hits may end inside a page, if the manager looks into pages: chapter 06's does
  std::shared_ptr<EvictionPolicy> policy = nullptr;  ///< this manager's alone; none: the least recently used leaf goes
  EvictionUnit unit = EvictionUnit::leaf;
};

/// Holds page ids and never frees one: evict() and reset() hand them back. Does not own KV data.
class RadixCacheManager : public BaseCacheManager {
 public:
  /// Throws std::invalid_argument for a page_size of 0, and for a policy of no class or more than 64.
  explicit RadixCacheManager(RadixOptions options = {});
  RadixCacheManager(const RadixCacheManager&) = delete;  // its order reads its clock
  RadixCacheManager& operator=(const RadixCacheManager&) = delete;

  CacheHandle match_prefix(PrefixKey key) override;
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override;
  CacheHandle whole_pages(const CacheHandle& handle) const override;
  void rename_pages(std::span<const PageMove> moves) override;  ///< O(pages cached)
  void retain(const CacheHandle& handle, std::int32_t priority, std::uint64_t duration) override;
  void request_ended(PrefixKey key, std::size_t found) override;
  std::vector<PageId> reset() override;
  SizeInfo size_info() const override { return sizes_; }
  Snapshot snapshot() const override;
  std::size_t num_nodes() const { return tree_.num_nodes() - tree_.roots().size(); }  ///< but the roots. O(1)

  /// 5.4  Adds a lock to every node from the handle's to the root, or takes one away. O(depth).
  void lock_handle(const CacheHandle& handle) override;
  void unlock_handle(const CacheHandle& handle) override;

  /// 5.5  Unlocked leaves, as victim() names them; a parent follows when its last child is gone. O(its pages + log
  /// leaves) a victim.
  std::vector<PageId> evict(std::size_t num_pages) override;

  /// 5.6  Resumes the walk at `from`, so that a chunk costs what it adds. O(tokens behind `from`, and depth).
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;

 protected:
  using Node = RadixTreeNode;
  /// Names the place where a walk ended; nothing at a root.
  CacheHandle handle(RadixTree::Position at) const {
    return at.len == 0 ? CacheHandle{} : CacheHandle{at.len, at.node->id, at.node->generation};
  }
  /// The hit of a walk that ended at `found`, with `rest` still to come, where hits may end inside a page. Here it is whole
  /// pages nevertheless; chapter 06 looks into the page that follows them.
  virtual CacheHandle hit(RadixTree::Position found, std::span<const TokenId> /*rest*/) { return handle(found); }

  /// Where a walk from this handle resumes; no node for a key shorter than a page. It also notes the longest text and makes
  /// room in the order for each node, so that nothing fails there later. Throws, with nothing changed, if the arguments do
  /// not fit.
  RadixTree::Position resume(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from);
  /// tree_.lookup, and the policy hears if that has cut an edge. Throws std::logic_error for a position without a node.
  RadixTree::Position lookup(std::span<const TokenId> tokens, RadixTree::Position from);
  Node& split(Node& lower, std::size_t at);  ///< tree_.split_edge, and the policy hears of it
  std::size_t page_size() const { return options_.page_size; }

 private:
  void tell_split(Node& upper);  ///< these tell the policy that there is
  void tell_use(Node& node);
  /// Used now, as all above it; created now if it never was. `hits` are counted for all of them.
  void touch(Node& node, std::uint64_t hits = 0);

  /// The leaf that goes next when `pages` are still needed. All of it goes: where a tail is enough, it has been cut off
  /// by now, and is the leaf. Throws std::logic_error (I6) if there is none, and std::bad_alloc only before the first
  /// page of an evict is freed. O(log leaves); O(leaves) where the policy scores anew.
  Node& victim(std::size_t pages);

  RadixOptions options_;
  RadixTree tree_;
  SizeInfo sizes_;
  std::size_t longest_ = 0;  // [pages] of a key, so far: no node has more
  std::uint64_t now_ = 0;    // the logical clock: one tick a match or insert
  LeafOrder order_;
};

}  // namespace radixlab
