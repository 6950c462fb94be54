/// \file
/// Chapter 03, tasks 3.3-3.5: a cache manager on a table of block hashes. No tree is stored, only each block's parent;
/// yet who is whose parent is a tree, and locks and eviction follow it.
///
///   a look-up     hash a page, find the block, hash the next page with this block's hash: one step a page
///   a miss        ends the walk: what stands behind a missing block cannot be reached (so only leaves are evicted)
///
/// Invariants:
///
///   I6   an unlocked block without children is in `order_`, and nothing else is
///   I12  a block is found if its tokens, its parent and its salt are equal, not its hash alone
///   I16  b.ref_count = handles locked at b + the sum of its children's
///   I17  evictable_size + protected_size = blocks, each of which has one page
///
/// After vLLM's hash table of KV blocks; there a hit is not verified, and a strong hash is trusted instead.
#pragma once
#include "03-hash-matching/block_table.hpp"
#include "storage/node_pool.hpp"

namespace radixlab {

/// Holds page ids and never frees one: evict() and reset() hand them back. Does not own KV data.
class HashCacheManager : public BaseCacheManager {
 public:
  /// Throws std::invalid_argument for a page_size of 0. `hash` may be as bad as it likes: answers do not change.
  explicit HashCacheManager(std::size_t page_size, BlockHash hash = hash_block);

  /// 3.4  O(n): each page is hashed once and compared once. A use, one tick of `now_`: every block that is found has
  ///      one hit more and is touched, the parents too.
  CacheHandle match_prefix(PrefixKey key) override;
  /// 3.4  Resumes at `from`, so that a chunk costs what it adds, and the depth. A use, as a look-up is, but no hit; a
  ///      new block's `use.created` is its tick. If add_block() throws, on whichever page, no block of the call is kept.
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;

  /// 3.5  Adds a lock to every block from the handle's to the first of the text, or takes one away. O(depth). What is
  ///      refused here and in evict() throws, with a message that begins with the rule (I18, I25), and changes nothing.
  void lock_handle(const CacheHandle& handle) override;
  void unlock_handle(const CacheHandle& handle) override;
  /// 3.5  Unlocked blocks without children, the least recently used first; a parent follows when its last child is
  ///      gone. O(log leaves) a page, and never a page too many.
  std::vector<PageId> evict(std::size_t num_pages) override;

  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override;
  std::vector<PageId> reset() override;
  SizeInfo size_info() const override { return sizes_; }
  Snapshot snapshot() const override;  ///< a tree of nodes of one page

 private:
  struct LeastRecentlyUsed {  // ties go by id
    std::uint64_t operator()(const Block& block) const { return block.use.last_used; }
  };

  /// 3.3  The child of `parent` with this text [P], or the first block of a text where `parent` is nullptr; nullptr if
  ///      it is not cached. O(P) expected.
  Block* find_block(const Block* parent, std::span<const TokenId> tokens, std::uint32_t salt) const;

  /// 3.4  Follows the whole pages of `key` behind `from` as far as they are cached; nullptr is the beginning.
  Block* walk(PrefixKey key, Block* from) const;

  /// The block where an insert with these arguments resumes; throws, with nothing changed, if they do not fit. Once it
  /// is through, unlocking any block cannot fail.
  Block* resume(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from);
  /// Both see to the pool, the table and the parent's num_children; `sizes_` and `order_` are the tasks'. add_block() may
  /// throw, by memory or `hash_`, with nothing changed.
  Block& add_block(Block* parent, std::span<const TokenId> tokens, std::uint32_t salt, PageId page);
  void remove_block(Block& leaf) noexcept;

  Block& block(const CacheHandle& handle) const;  ///< throws std::logic_error (I28) if it is gone
  static CacheHandle handle(const Block* block);  ///< the empty handle for nullptr
  void touch(Block* block);                       ///< used at `now_`, which the caller ticks: this block and all above

  std::size_t page_size_;
  BlockHash hash_;
  NodePool<Block> blocks_;
  BlockTable table_;
  SizeInfo sizes_;
  std::uint64_t now_ = 0;  // the logical clock: one tick a match or insert, by 3.4
  EvictionOrder<Block, LeastRecentlyUsed> order_;
};

}  // namespace radixlab
