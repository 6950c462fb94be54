/// \file
/// Chapter 01, open lab: a manager of your own. All that is prescribed is the contract, two statistics and an order: it
/// stores what is inserted, counts, and evicts what came first. Header and body are yours, in
/// exercises/01-naive-manager/open/.
#pragma once
#include <memory>

#include "contract/snapshot.hpp"

namespace radixlab {

struct CacheStatistics {
  std::size_t hits = 0;     ///< look-ups that found at least one page
  std::size_t misses = 0;   ///< look-ups that found none
  std::size_t evicted = 0;  ///< [pages] that evict() returned; reset() evicts nothing
  bool operator==(const CacheStatistics&) const = default;
};

class CountingCacheManager : public BaseCacheManager {
 public:
  virtual CacheStatistics statistics() const = 0;
};

/// Yours to write. It gives whole pages only. Texts are evicted in the order in which they were inserted, a hit does not
/// renew one; what is locked, and what a younger text shares with an older one, stays.
std::unique_ptr<CountingCacheManager> make_open_manager(std::size_t page_size);

}  // namespace radixlab
