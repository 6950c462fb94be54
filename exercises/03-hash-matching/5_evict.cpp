#include <stdexcept>
#include <string>

#include "03-hash-matching/hash_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

void HashCacheManager::lock_handle(const CacheHandle& handle) {
  todo("3.5", "A block in the middle of a text is evicted. Who can still find what stands behind it?", handle);
}

void HashCacheManager::unlock_handle(const CacheHandle& handle) { todo("3.5", "The hint stands above.", handle); }

std::vector<PageId> HashCacheManager::evict(std::size_t num_pages) { todo("3.5", "The hint stands above.", num_pages); }

}  // namespace radixlab
