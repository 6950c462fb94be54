/// \file
/// Chapter 08, given: the pages, under seed 001's names. It owns no page itself: who has one is the page source's business
/// (chapter 06's allocator, say), what lies in it the device's, and what is cached in it the cache manager's. This class holds the
/// three together, so that there is one place to ask.
///
///   Router            decides          which request gets pages          never touches keys and values
///   PageManager       has              the pages                         knows no request
///   AttentionExecutor computes         reads and writes pages            takes and frees none
#pragma once
#include <memory>
#include <vector>

#include "01-naive-manager/factory.hpp"
#include "llm/device.hpp"

namespace radixlab {

/// A copy of one page's keys and values in one layer, for people and tests. Kernels read in place.
struct KvPage {
  std::size_t kv_heads = 0, page_size = 0, head_dim = 0;
  std::vector<float> keys, values;  ///< [kv_heads, page_size, head_dim]

  std::span<const float> key(std::size_t head, std::size_t place) const { return at(keys, head, place); }
  std::span<const float> value(std::size_t head, std::size_t place) const { return at(values, head, place); }

 private:
  std::span<const float> at(const std::vector<float>& all, std::size_t head, std::size_t place) const {
    return std::span(all).subspan((head * page_size + place) * head_dim, head_dim);
  }
};

class PageManager {
 public:
  /// `device`, whose pool has the pages that `pool` gives out, must outlive it.
  PageManager(Device& device, ManagedPool pool);

  /// A page that nobody has, now the caller's; nothing if none is free. It evicts nothing: the desk does.
  std::optional<PageId> allocate_page() { return pool_.source->take(); }
  void free_page(PageId page) { pool_.source->give(page); }  ///< Throws as PageSource::give.
  /// Requests that need the page now, where the source counts them; else nothing.
  std::optional<std::size_t> ref_count(PageId page) const;
  /// What lies in the page in `layer`. Throws std::out_of_range. O(page), number by number.
  KvPage get_page(PageId page, std::size_t layer) const;

  std::size_t num_pages() const { return device_.num_pages(); }
  std::size_t page_size() const { return device_.page_size(); }  ///< [tokens]
  std::size_t free_count() const { return pool_.source->free_count(); }

  BaseCacheManager& cache() { return *pool_.manager; }
  CacheManager& desk() { return *desk_; }  ///< chapter 01's, or the pool's own

 private:
  Device& device_;
  ManagedPool pool_;
  std::unique_ptr<CacheManager> desk_;
};

/// The same pages under a manager that finds nothing and keeps nothing: enable_prefix_caching = false.
ManagedPool without_prefix_caching(ManagedPool pool);

/// [pages] of `page_size` tokens that fit into this share, 0 to 1, of what the device has free. Throws std::invalid_argument for a
/// share outside, and where not one page fits.
std::size_t pages_for_share(const Device& device, std::size_t page_size, double share);

}  // namespace radixlab
