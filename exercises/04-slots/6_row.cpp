#include <stdexcept>
#include <string>

#include "04-slots/slot_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

InsertResult SlotCacheManager::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  todo("4.6",
       "The allocator raises a row's version when somebody takes it. Between the eviction "
       "and that moment, what does a handle name?",
       key, pages, from);
}

std::vector<PageId> SlotCacheManager::evict(std::size_t num_pages) { todo("4.6", "The hint stands above.", num_pages); }

}  // namespace radixlab
