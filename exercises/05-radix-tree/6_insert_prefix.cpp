#include "05-radix-tree/radix_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

InsertResult RadixCacheManager::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  todo("5.6",
       "The caller brings a page for each token, also for the tokens that are cached already. Which pages does the "
       "tree take, and what does the answer tell about the others?",
       key, pages, from);
}

}  // namespace radixlab
