// Given: what the cache needs besides its two tasks, and the seed's calls.
#include "06-page-allocator/paged_radix_cache.hpp"

#include <stdexcept>
#include <string>

namespace radixlab {

PagedRadixCache::PagedRadixCache(std::shared_ptr<PageAllocator> allocator, RadixOptions options)
    : RadixCacheManager(std::move(options)), allocator_(std::move(allocator)) {
  if (!allocator_) throw std::invalid_argument("PagedRadixCache: no allocator, expected one that it counts in");
}

std::span<const PageId> PagedRadixCache::pages_of(const CacheHandle& handle) {
  const std::size_t pages = handle.cached_len / page_size() + (handle.cached_len % page_size() > 0);
  if (pages > path_.size())
    throw std::logic_error("pages_of: path_ is " + std::to_string(path_.size()) + " pages long, a handle names " +
                           std::to_string(pages) + ": insert_prefix resizes path_ for its key (reserve is not enough)");
  const std::span<PageId> out = std::span(path_).first(pages);
  copy_pages(handle, out);
  return out;
}

void PagedRadixCache::rename_pages(std::span<const PageMove> moves) {
  allocator_->rename(moves, [&] { RadixCacheManager::rename_pages(moves); });
}

MatchResult PagedRadixCache::match_prefix(const RadixKey& key, int layer_idx) {
  check_layer(layer_idx);
  const CacheHandle found = match_prefix(PrefixKey(key.token_ids, key.cache_salt));
  const auto pages = pages_of(found);
  return {{pages.begin(), pages.end()}, found};
}

std::size_t PagedRadixCache::insert(const RadixKey& key, std::span<const PageId> page_ids, int layer_idx) {
  check_layer(layer_idx);
  allocator_->check_alone(page_ids);
  const InsertResult r = insert_prefix({key.token_ids, key.cache_salt}, page_ids, {});
  const auto cached = pages_of(r.handle);
  for (std::size_t i = 0; i < page_ids.size(); ++i)
    if (i >= cached.size() || cached[i] != page_ids[i]) allocator_->deallocate(page_ids[i]);
  return r.handle.cached_len - r.cached_len;
}

std::vector<PageId> PagedRadixCache::allocate(std::size_t num_pages, int layer_idx) {
  check_layer(layer_idx);
  std::vector<PageId> pages(num_pages);
  if (const std::size_t free = allocator_->free_count(); free < num_pages) evict(num_pages - free, layer_idx);
  allocator_->take(pages);
  return pages;
}

std::vector<PageId> PagedRadixCache::evict(std::size_t num_pages, int layer_idx) {
  check_layer(layer_idx);
  std::vector<PageId> pages = evict(num_pages);
  allocator_->give(std::span<const PageId>(pages));
  return pages;
}

AllocatorStats PagedRadixCache::get_stats(int layer_idx) const {
  check_layer(layer_idx);
  return allocator_->get_stats();
}

void PagedRadixCache::check_layer(int layer_idx) const {
  if (layer_idx != PageAllocator::kAllLayers && layer_idx != allocator_->layer_idx())
    throw std::invalid_argument("PagedRadixCache: layer " + std::to_string(layer_idx) + ", expected " +
                                (allocator_->layer_idx() == PageAllocator::kAllLayers
                                     ? "kAllLayers"
                                     : std::to_string(allocator_->layer_idx())));
}

}  // namespace radixlab
