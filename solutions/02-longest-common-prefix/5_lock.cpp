#include <stdexcept>
#include <string>

#include "02-longest-common-prefix/lcp_cache_manager.hpp"

namespace radixlab {

void LcpCacheManager::lock_handle(const CacheHandle& handle) {
  if (handle.cached_len == 0) return;
  Entry& entry = at(handle);
  if (entry.use.ref_count++ > 0) return;
  order_.erase(entry);
  for (const PageId page : entry.pages) {
    if (uses_[page].holders++ > 0) continue;
    --sizes_.evictable_size;
    ++sizes_.protected_size;
  }
}

void LcpCacheManager::unlock_handle(const CacheHandle& handle) {
  if (handle.cached_len == 0) return;
  Entry& entry = at(handle);
  if (entry.use.ref_count == 0)
    throw std::logic_error("I18: entry " + std::to_string(entry.id) + " is unlocked, but has no lock");
  if (--entry.use.ref_count > 0) return;
  for (const PageId page : entry.pages) {
    if (--uses_[page].holders > 0) continue;
    --sizes_.protected_size;
    ++sizes_.evictable_size;
  }
  order_.insert(entry);
}

}  // namespace radixlab
