#include <algorithm>

#include "06-page-allocator/paged_radix_cache.hpp"

namespace radixlab {

void PagedRadixCache::lock_handle(const CacheHandle& handle) {
  RadixCacheManager::lock_handle(handle);  // refuses a stale handle, before anything is counted
  for (const PageId page : pages_of(handle)) allocator_->increment_ref(page);
}

void PagedRadixCache::unlock_handle(const CacheHandle& handle) {
  RadixCacheManager::unlock_handle(handle);
  for (const PageId page : pages_of(handle)) allocator_->decrement_ref(page);
}

InsertResult PagedRadixCache::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  const std::size_t P = page_size(), whole = key.tokens.size() / P * P;
  const RadixTree::Position start = resume(key, pages, from);
  path_.resize(std::max(path_.size(), pages.size()));  // so that no lock has to make room
  if (whole == 0) return {};
  const RadixTree::Position known = lookup(key.tokens.first(whole), start);
  const auto given = pages.subspan(known.len / P, (whole - known.len) / P);
  allocator_->give_to_cache(given);
  try {
    return RadixCacheManager::insert_prefix(key, pages, handle(known));  // resumes where the walk ended
  } catch (...) {
    allocator_->take_from_cache(given);
    throw;
  }
}

std::vector<PageId> PagedRadixCache::evict(std::size_t num_pages) {
  std::vector<PageId> pages = RadixCacheManager::evict(num_pages);
  allocator_->take_from_cache(pages);
  return pages;
}

}  // namespace radixlab
