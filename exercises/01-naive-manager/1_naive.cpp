#include <stdexcept>
#include <string>

#include "01-naive-manager/naive_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

CacheHandle NaiveCacheManager::match_prefix(PrefixKey) {
  todo("1.1",
       "If nothing is kept, which handles can a caller rightly hold, and what "
       "should happen when it brings another?");
}

void NaiveCacheManager::copy_pages(const CacheHandle& handle, std::span<PageId>) const {
  todo("1.1", "The hint stands above.", handle);
}

void NaiveCacheManager::lock_handle(const CacheHandle& handle) { todo("1.1", "The hint stands above.", handle); }

void NaiveCacheManager::unlock_handle(const CacheHandle& handle) { todo("1.1", "The hint stands above.", handle); }

InsertResult NaiveCacheManager::insert_prefix(PrefixKey key, std::span<const PageId>, const CacheHandle& from) {
  todo("1.1", "The hint stands above.", key, from);
}

std::vector<PageId> NaiveCacheManager::evict(std::size_t num_pages) {
  todo("1.1", "The hint stands above.", num_pages);
}

}  // namespace radixlab
