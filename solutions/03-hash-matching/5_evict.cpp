#include <stdexcept>
#include <string>

#include "03-hash-matching/hash_cache_manager.hpp"

namespace radixlab {

void HashCacheManager::lock_handle(const CacheHandle& handle) {
  if (handle.cached_len == 0) return;
  for (Block* b = &block(handle); b; b = b->parent) {
    if (b->use.ref_count++ > 0) continue;
    --sizes_.evictable_size;
    ++sizes_.protected_size;
    order_.erase(*b);
  }
}

void HashCacheManager::unlock_handle(const CacheHandle& handle) {
  if (handle.cached_len == 0) return;
  Block& end = block(handle);
  if (end.use.ref_count == 0)
    throw std::logic_error("I18: block " + std::to_string(end.id) + " is unlocked, but has no lock");
  for (Block* b = &end; b; b = b->parent) {
    if (--b->use.ref_count > 0) continue;
    --sizes_.protected_size;
    ++sizes_.evictable_size;
    if (b->num_children == 0) order_.insert(*b);
  }
}

std::vector<PageId> HashCacheManager::evict(std::size_t num_pages) {
  if (num_pages > sizes_.evictable_size)
    throw std::runtime_error("I25: asked to evict " + std::to_string(num_pages) + " pages, " +
                             std::to_string(sizes_.evictable_size) + " are evictable");
  std::vector<PageId> freed;
  freed.reserve(num_pages);  // from here on nothing fails
  while (freed.size() < num_pages) {
    if (order_.empty()) throw std::logic_error("I6: evictable pages, but no unlocked leaf in the order");
    Block& leaf = order_.first();
    order_.erase(leaf);
    freed.push_back(leaf.page);
    --sizes_.evictable_size;
    Block* const parent = leaf.parent;
    remove_block(leaf);
    if (parent && parent->num_children == 0 && parent->use.ref_count == 0) order_.insert(*parent);  // its turn may come
  }
  return freed;
}

}  // namespace radixlab
