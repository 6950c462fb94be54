/// \file
/// Chapter 06, tasks 6.4 and 6.6: chapter 01's desk over pages that are counted: forks share their last page until one of them
/// writes (copy-on-write), and pages are moved while requests run.
///
///   P = 4, ten tokens computed        p0 | p1 | p2: 2 of 4 places
///   fork                              both read p0, p1 and p2: no page is copied, and the count of p2 is 2
///   make_writable, then write         the first of them that writes copies p2 to a page of its own. The other has p2 alone then,
///                                     and writes in place
///
/// Invariants (beside those of chapter 01):
///
///   I22  forks alone share a page that is partly filled, and nobody writes in it while two requests or more need it
///   I31  after a compaction each request reads the same keys and values, by another page table
#pragma once
#include "01-naive-manager/scheduler_cache.hpp"
#include "06-page-allocator/page_allocator.hpp"

namespace radixlab {

/// As CacheManager; the allocator must outlive it too. `source` gives and takes the allocator's pages.
class PagedCacheManager : public CacheManager {
 public:
  PagedCacheManager(BaseCacheManager& cache, PageSource& source, KvStore& kv, std::size_t page_size,
                    PageAllocator& allocator)
      : CacheManager(cache, source, kv, page_size), allocator_(allocator) {}

  /// 6.6  Copies no page: the whole ones are shared in the cache, and the last one by its count. Pages that `r` has reserved
  ///      behind `computed` are not shared. Throws std::logic_error for a request that is not running.
  std::optional<Request> fork(Request& r) override;

  /// 6.6  If another request needs the page that `r` is about to write in, then `r` gets a copy of its filled places. False, with
  ///      nothing changed, if no page is free and none can be evicted: finish, and queue again. O(1) beside one page's copy.
  bool make_writable(Request& r) override;

  /// 6.4  Moves pages so that the free ones are neighbours, with these requests running: all that are. Their tables, and the
  ///      cache, name the new places. Returns how many pages were moved. Works on a full pool too. O(pages).
  std::size_t compact(std::span<Request* const> running) override;

 private:
  PageAllocator& allocator_;
};

}  // namespace radixlab
