#include <stdexcept>
#include <string>

#include "05-radix-tree/radix_cache_manager.hpp"

namespace radixlab {

void RadixCacheManager::lock_handle(const CacheHandle& handle) {
  if (handle.cached_len == 0) return;
  for (Node* n = &tree_.node(handle); !n->is_root(); n = n->parent) {
    if (n->use.ref_count++ > 0) continue;
    sizes_.evictable_size -= n->pages.size();
    sizes_.protected_size += n->pages.size();
    order_.erase(*n);
  }
}

void RadixCacheManager::unlock_handle(const CacheHandle& handle) {
  if (handle.cached_len == 0) return;
  Node& end = tree_.node(handle);
  if (end.use.ref_count == 0)
    throw std::logic_error("I18: node " + std::to_string(end.id) + " is unlocked, but has no lock");
  for (Node* n = &end; !n->is_root(); n = n->parent) {
    if (--n->use.ref_count > 0) continue;
    sizes_.protected_size -= n->pages.size();
    sizes_.evictable_size += n->pages.size();
    if (n->is_leaf()) order_.insert(*n);
  }
}

}  // namespace radixlab
