#include <stdexcept>
#include <string>

#include "05-radix-tree/radix_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::vector<PageId> RadixCacheManager::evict(std::size_t num_pages) {
  todo("5.5",
       "The leaf 3 1 goes, and its parent 7 7 has no other child. What is 7 "
       "7 now, and who has to learn of it?",
       num_pages);
}

}  // namespace radixlab
