/// \file
/// Chapter 06, tasks 6.1, 6.2 and 6.4: the owner of the pages, which counts for each page how many requests need it now.
///
///   free --allocate--> a request's, count 1 --give_to_cache--> the cache's, count 0 --increment_ref--> count 1, 2, ...
///     ^                     |        ^                              |        ^                             |
///     +----- deallocate ----+        +------- take_from_cache ------+        +-------- decrement_ref ------+
///
/// A count of 0 does not free a page of the cache: it says that the page may be evicted (can_evict). Seed 000 says both.
///
/// Invariants:
///
///   I3   a page is free, or its owner is a request, or its owner is the cache; a free page's count is 0
///   I18  a page of the cache is counted down only as often as it was counted up
///   I30  allocate gives a free page; a page that is free, foreign, the cache's or needed by two is not deallocated
///   I31  a move of pages is a permutation: what a slot says goes where the page's keys and values go
///
/// After seed 000's PageAllocator. Its compact() is compaction() here, which plans, and PagedCacheManager::compact, which moves.
#pragma once
#include <functional>
#include <vector>

#include "storage/free_runs.hpp"

namespace radixlab {

enum class PageOwner : std::uint8_t { nobody, request, cache };

/// What is known of a page.
struct PageSlot {
  std::uint64_t last_access = 0;   ///< [ticks] of the allocator's clock: one tick an allocate or increment_ref
  std::uint64_t access_count = 0;  ///< such calls since it was free
  std::uint32_t ref_count = 0;     ///< requests that need it now
  PageOwner owner = PageOwner::nobody;
  bool operator==(const PageSlot&) const = default;
};

struct AllocatorStats {
  std::size_t active_pages = 0;  ///< that are not free
  std::size_t free_pages = 0;
  std::size_t shared_pages = 0;  ///< that two requests or more need now
  std::size_t max_pages = 0;
  bool operator==(const AllocatorStats&) const = default;
};

/// Knows nothing of tokens, and holds no keys and values. Errors are std::logic_error and change nothing.
class PageAllocator : public PageSource {
 public:
  /// A page number that stands for the same place in each layer's pool: one allocator is enough for all of them.
  static constexpr int kAllLayers = -1;

  /// Pages 0 .. max_pages-1, all free. `layer_idx`: whose pages they are, where each layer has an allocator of its own.
  explicit PageAllocator(std::size_t max_pages, int layer_idx = kAllLayers);

  /// 6.1  The lowest free page, now a request's; nothing if none is free. `ref_count` requests need it: one, or as many as
  ///      begin together. Throws std::invalid_argument if that is 0. O(log pages).
  std::optional<PageId> allocate(std::uint32_t ref_count = 1);
  /// 6.1  Frees a page that one request alone needs, and empties its slot. Throws (I30) if the page is foreign or free already,
  ///      if it is the cache's, or if two requests or more need it. O(log pages).
  void deallocate(PageId page);

  /// 6.2  One request more needs the page, or one less. Throws (I30) if the page is foreign or free. The last request that needs
  ///      a request's page does not count down (I30): it deallocates. Below 0 is I18. O(1).
  void increment_ref(PageId page);
  void decrement_ref(PageId page);
  /// 6.2  Whether the cache may give the page up: it is the cache's, and nobody needs it.
  bool can_evict(PageId page) const;
  /// 6.2  A request publishes these pages: they are the cache's now, and the writer's count is dropped. Throws (I3), with
  ///      nothing changed, if one of them is not a request's with a count of 1. REQUIRES: all different. O(pages).
  void give_to_cache(std::span<const PageId> pages);
  /// 6.2  The way back, as evict() goes it: the caller has the pages now, with a count of 1. Throws (I19), with nothing
  ///      changed, if one of them may not be evicted.
  void take_from_cache(std::span<const PageId> pages);

  /// 6.4  The moves after which pages 0 .. active-1 are in use and the rest is free. What lies behind them goes to the free places
  ///      among them, in order: the lowest to the lowest. So as few pages move as can, and neighbours mostly stay neighbours.
  ///      Plans only. O(pages).
  std::vector<PageMove> compaction() const;

  /// Pages were moved, all at once: what was known of `from` is known of `to`, which the mover had taken. `from` is the mover's
  /// now, unless something moved there. Calls `rename_others` once nothing else can fail, for those who name pages; if that
  /// throws, then nothing is changed. Throws (I31) if a page that is written over is not the mover's, and if a page moves twice
  /// or two pages move to one. O(moves log moves).
  void rename(std::span<const PageMove> moves, const std::function<void()>& rename_others);

  /// Throws (I3) if one of these pages is not a request's with a count of 1. O(pages).
  void check_alone(std::span<const PageId> pages) const;

  std::optional<PageId> take() override { return allocate(); }
  void take(std::span<PageId> out) override;
  /// One request lets go of the page: it is free if no other needs it. A page of the cache is nobody's to give (I30).
  void give(PageId page) override;
  void give(std::span<const PageId> pages) override;  ///< If one request needs each, then all or none.
  std::size_t free_count() const override { return free_.free_count(); }

  const PageSlot& slot(PageId page) const {  ///< Throws (I30) if the page is foreign.
    if (page >= slots_.size()) refuse_foreign(page);
    return slots_[page];
  }
  AllocatorStats get_stats() const;  ///< O(1)
  std::size_t max_pages() const { return slots_.size(); }
  int layer_idx() const { return layer_idx_; }

 private:
  PageSlot& active_slot(PageId page) {  // of a page that is not free; else throws (I30)
    if (slot(page).owner == PageOwner::nobody) refuse_free(page);
    return slots_[page];
  }
  [[noreturn]] void refuse_foreign(PageId page) const;
  [[noreturn]] static void refuse_free(PageId page);
  PageSlot fresh_slot(std::uint32_t ref_count) { return {++now_, 1, ref_count, PageOwner::request}; }  // used now

  FreeRuns free_;
  std::vector<PageSlot> slots_;  // [max_pages]
  std::size_t shared_ = 0;       // [pages] whose count is 2 or more
  std::uint64_t now_ = 0;
  int layer_idx_;
};

}  // namespace radixlab
