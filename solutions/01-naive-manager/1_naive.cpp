#include <stdexcept>
#include <string>

#include "01-naive-manager/naive_cache_manager.hpp"

namespace radixlab {
namespace {

void refuse(const CacheHandle& handle) {
  if (handle.cached_len > 0)
    throw std::logic_error("I28: the naive manager gave out no handle of " + std::to_string(handle.cached_len) +
                           " tokens");
}

}  // namespace

CacheHandle NaiveCacheManager::match_prefix(PrefixKey) { return {}; }

void NaiveCacheManager::copy_pages(const CacheHandle& handle, std::span<PageId>) const { refuse(handle); }

void NaiveCacheManager::lock_handle(const CacheHandle& handle) { refuse(handle); }

void NaiveCacheManager::unlock_handle(const CacheHandle& handle) { refuse(handle); }

InsertResult NaiveCacheManager::insert_prefix(PrefixKey key, std::span<const PageId>, const CacheHandle& from) {
  refuse(from);
  return {key.tokens.size(), {}};
}

std::vector<PageId> NaiveCacheManager::evict(std::size_t num_pages) {
  if (num_pages > 0)
    throw std::runtime_error("I25: asked to evict " + std::to_string(num_pages) +
                             " pages, the naive manager holds none");
  return {};
}

}  // namespace radixlab
