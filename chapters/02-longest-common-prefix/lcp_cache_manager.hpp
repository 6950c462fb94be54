/// \file
/// Chapter 02, tasks 2.3-2.6: a cache manager that keeps the texts it has seen, and compares with each.
///
///   insert  A B C      pages 0 1 2        P tokens a letter; an entry is a text with the pages that hold it
///   insert  A B D E    pages 0 1 5 6      what is stored already is named again: pages 0 and 1 have two owners now,
///                                         and the caller's own 3 and 4 stay the caller's
///   insert  A B        nothing new        a prefix of an entry is found in it; it is no entry of its own. (One that was
///                                         stored before the longer text stays, and holds nothing alone.)
///
/// Invariants:
///
///   I3   one page a prefix, though several entries may name it: those that begin alike name the same pages, as far as
///        they are alike. A page counts its owners, and is free when the last one goes
///   I17  a page that a locked entry names is protected, every other one evictable
///   I27  an unlocked entry is in `order_`, and nothing else is: those that hold nothing alone first, then the oldest.
///        Who changes when an entry was used, or whether it holds a page alone, tells the order (touch, update)
///
/// A look-up compares with every entry of its tenant: O(tokens in common, summed over the entries). An entry keeps its
/// whole text, also what others keep too: O(all their tokens).
#pragma once
#include <map>
#include <utility>

#include "02-longest-common-prefix/prefix_detector.hpp"
#include "contract/snapshot.hpp"
#include "storage/eviction_order.hpp"
#include "storage/node_pool.hpp"

namespace radixlab {

/// Holds page ids and never frees one: evict() and reset() hand them back. Does not own KV data.
class LcpCacheManager : public BaseCacheManager {
 public:
  /// page_size [tokens], at least 1; what it compares two texts with.
  explicit LcpCacheManager(std::size_t page_size, MatchLen match_len = get_match_len);
  LcpCacheManager(const LcpCacheManager&) = delete;
  LcpCacheManager& operator=(const LcpCacheManager&) = delete;

  /// 2.3  The detector's best entry of the key's salt (I7, I11), cut down to whole pages (I8). It was used now, and
  ///      counts a hit; nothing else changes (I9).
  CacheHandle match_prefix(PrefixKey key) override;
  /// 2.3  The pages that hold the first cached_len tokens of its entry, in order (I10).
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override;

  /// 2.4  Compares with every entry; then O(tokens), for a text that no entry begins with. The entry that was found was
  ///      used now, also where a longer one is stored (I22, I24). `from` decides nothing, but is refused if it names no
  ///      entry (I28) or another tenant's (I11). Out of memory: nothing has changed.
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override;

  /// 2.5  Protects all pages of the handle's entry (I19), or lets them go (I18). The first lock and the last unlock:
  ///      O(its pages + log entries), all others O(1). Never fail on a good handle, also when memory is out.
  void lock_handle(const CacheHandle& handle) override;
  void unlock_handle(const CacheHandle& handle) override;

  /// 2.6  Forgets entries, each as a whole, until enough pages have no owner; what fails has forgotten none (I25).
  ///      O(its pages + log entries) a victim.
  std::vector<PageId> evict(std::size_t num_pages) override;

  std::vector<PageId> reset() override;
  SizeInfo size_info() const override { return sizes_; }
  Snapshot snapshot() const override;  ///< One node a page.

 private:
  struct Entry {
    std::uint32_t id = 0, generation = 0;     // its name, from the pool
    std::uint32_t order_index = kNotInOrder;  // kept by order_
    std::uint32_t cache_salt = 0;
    std::size_t index = 0;      // of its text in its tenant's shelf
    std::vector<PageId> pages;  // [its tokens / P]
    Usage use;                  // ref_count: locks on handles that name it
  };
  struct Shelf {                              // of one tenant: text i is entries[i]'s
    std::vector<std::vector<TokenId>> texts;  // whole pages; side by side, as the detector reads them
    std::vector<Entry*> entries;              // texts.size() counts: one more may stand here after a failed insert
  };
  struct PageUse {
    std::uint32_t owners = 0, holders = 0;  // entries that name the page, and locked ones
  };
  struct Found {
    Entry* entry = nullptr;
    std::size_t len = 0;  // [tokens] whole pages
  };
  struct NothingAloneThenOldest {  // an entry whose last page has another owner is a prefix of that one
    const std::vector<PageUse>* uses;
    std::pair<bool, std::uint64_t> operator()(const Entry& entry) const {
      return {(*uses)[entry.pages.back()].owners == 1, entry.use.last_used};
    }
  };

  Found find(PrefixKey key) const;                                                 // 2.3
  Entry& store(PrefixKey key, std::span<const PageId> pages, const Found& known);  // 2.4: key [n P], pages [n]
  void forget(Entry& entry, std::vector<PageId>& freed);                           // 2.6
  void touch(Entry& entry);                                                        // used now, and the order is told
  Entry& at(const CacheHandle& handle) const;  // throws (I28) if it names no entry, or not so much of it
  CacheHandle handle(const Entry& entry, std::size_t len) const { return {len, entry.id, entry.generation}; }
  void list_pages(const Shelf& shelf, Snapshot& shot) const;

  std::size_t page_size_;  // [tokens]
  PrefixDetector detector_;
  NodePool<Entry> entries_;
  std::map<std::uint32_t, Shelf> shelves_;  // by salt: two salts share nothing (I11)
  std::vector<PageUse> uses_;               // by page [highest page id so far + 1]
  SizeInfo sizes_;
  std::size_t longest_ = 0;  // [pages] of an entry so far: so much may an evict free beyond what it was asked for
  std::uint64_t now_ = 0;    // the logical clock: one tick a match or insert, behind all that can fail
  EvictionOrder<Entry, NothingAloneThenOldest> order_;  // has room for all entries: each may be unlocked
};

}  // namespace radixlab
