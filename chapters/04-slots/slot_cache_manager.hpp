/// \file
/// Chapter 04, task 4.6: the trie behind the contract. A page is a row of max_len tokens and holds one whole text, so
/// that no hit of a text that fits fills its row: every hit is copied (copy_kv), counted and paid for.
///
///   find's (prefix_len, slot, slot_ver)  is the handle  {cached_len, node, generation}
///
/// Invariants:
///
///   I22  a text that a row holds whole takes no second row
///   I25  a victim is a row: the unlocked one that was used least recently. An insert uses the row that it answers, and
///        no other; a call that is refused is no tick of the clock
///   I28  a row's generation rises when it is evicted: from then on its handles are refused, and the trie does not follow
///        it, also before somebody takes the row again
///
/// The generations are this manager's own: those of SlotAllocator rise in alloc, which is too late here. The trie has
/// room for rows x max_len nodes, so that it never evicts a text whose row is held.
#pragma once
#include "04-slots/prefix_cache_manager.hpp"
#include "contract/snapshot.hpp"
#include "storage/eviction_order.hpp"

namespace radixlab {

/// Holds row ids and never frees one: evict() and reset() hand them back. Does not own KV data.
class SlotCacheManager : public BaseCacheManager {
 public:
  /// Rows 0 .. rows-1 of `max_len` tokens, which are the contract's pages.
  SlotCacheManager(std::size_t rows, std::size_t max_len);
  SlotCacheManager(const SlotCacheManager&) = delete;  // its trie asks it for versions
  SlotCacheManager& operator=(const SlotCacheManager&) = delete;

  CacheHandle match_prefix(PrefixKey key) override;
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override;
  CacheHandle whole_pages(const CacheHandle& handle) const override;  ///< empty, unless the hit fills its row
  void lock_handle(const CacheHandle& handle) override;
  void unlock_handle(const CacheHandle& handle) override;
  std::vector<PageId> reset() override;
  SizeInfo size_info() const override { return sizes_; }
  Snapshot snapshot() const override;

  /// 4.6  Of a text that is longer than a row, the first row is kept; what a row holds it keeps, also when a prefix of it
  ///      is published again. O(n): all of it is labelled anew.
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;

  /// 4.6  Rows, the least recently used first, ties by id. O(log rows) each.
  std::vector<PageId> evict(std::size_t num_pages) override;

  std::size_t num_nodes() const { return trie_.num_nodes(); }  ///< of the trie: what finding costs in memory

 private:
  struct Row {
    std::uint32_t id = 0, generation = 1;
    std::uint32_t order_index = kNotInOrder;  // written by order_
    std::uint32_t cache_salt = 0;
    std::size_t len = 0;  // [tokens]; 0: the row is not held
    Usage use;
  };
  struct LeastRecentlyUsed {
    std::uint64_t operator()(const Row& row) const { return row.use.last_used; }
  };

  const Row& at(const CacheHandle& handle) const;  // throws (I28) if the row is gone, or holds less
  Row& at(const CacheHandle& handle) { return const_cast<Row&>(std::as_const(*this).at(handle)); }
  CacheHandle handle(const Row& row, std::size_t len) const { return {len, row.id, row.generation}; }

  /// The part of the key that fits into a row. Throws, with nothing changed, if the arguments do not fit: I3 if pages[0]
  /// holds another text. Else that row is not held (len 0), or holds less of this text, or all, or more. One that is held
  /// is the manager's already: an answer that names another row tells the caller to free it.
  PrefixKey check_insert(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) const;
  /// The row holds this text from now on, which the trie knows and has released; a row that was not held is counted and
  /// enters the order, its use begun anew. What can fail comes first.
  void hold(Row& row, PrefixKey key);
  void touch(Row& row);  // used now

  std::size_t max_len_;  // [tokens] of a row
  std::vector<Row> rows_;
  PrefixCacheManager trie_;
  SizeInfo sizes_;
  std::uint64_t now_ = 0;                        // the logical clock: one tick a match or insert
  EvictionOrder<Row, LeastRecentlyUsed> order_;  // held and not locked
};

}  // namespace radixlab
