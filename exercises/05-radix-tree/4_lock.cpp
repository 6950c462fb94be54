#include <stdexcept>
#include <string>

#include "05-radix-tree/radix_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

void RadixCacheManager::lock_handle(const CacheHandle& handle) {
  todo("5.4",
       "A request holds 7 7 3 1. Which of the nodes 7 7 and 3 1 may be evicted meanwhile, and "
       "how does the tree know that without a search?",
       handle);
}

void RadixCacheManager::unlock_handle(const CacheHandle& handle) { todo("5.4", "The hint stands above.", handle); }

}  // namespace radixlab
