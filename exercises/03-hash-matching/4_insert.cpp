#include "03-hash-matching/hash_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

Block* HashCacheManager::walk(PrefixKey key, Block* from) const {
  todo("3.4", "A page in the middle is missing. What is known of the pages behind it?", key, from);
}

CacheHandle HashCacheManager::match_prefix(PrefixKey key) { todo("3.4", "The hint stands above.", key); }

InsertResult HashCacheManager::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  todo("3.4", "The hint stands above.", key, pages, from);
}

}  // namespace radixlab
