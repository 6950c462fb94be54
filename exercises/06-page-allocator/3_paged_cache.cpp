#include <algorithm>

#include "06-page-allocator/paged_radix_cache.hpp"
#include "contract/todo.hpp"

namespace radixlab {

void PagedRadixCache::lock_handle(const CacheHandle& handle) {
  todo("6.3",
       "Chapter 05's `insert_prefix` finds out by itself which pages it takes. When do you know which "
       "pages these are, and can you still refuse one then?",
       handle);
}

void PagedRadixCache::unlock_handle(const CacheHandle& handle) { todo("6.3", "The hint stands above.", handle); }

InsertResult PagedRadixCache::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  todo("6.3", "The hint stands above.", key, pages, from);
}

std::vector<PageId> PagedRadixCache::evict(std::size_t num_pages) { todo("6.3", "The hint stands above.", num_pages); }

}  // namespace radixlab
