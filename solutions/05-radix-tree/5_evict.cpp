#include <stdexcept>
#include <string>

#include "05-radix-tree/radix_cache_manager.hpp"

namespace radixlab {

std::vector<PageId> RadixCacheManager::evict(std::size_t num_pages) {
  if (num_pages > sizes_.evictable_size)
    throw std::runtime_error("I25: asked to evict " + std::to_string(num_pages) + " pages, " +
                             std::to_string(sizes_.evictable_size) + " are evictable");
  std::vector<PageId> freed;
  freed.reserve(num_pages + longest_);  // the last victim may go beyond; from here on nothing fails
  while (freed.size() < num_pages) {
    Node& leaf = victim(num_pages - freed.size());
    order_.erase(leaf);
    const std::size_t pages = leaf.pages.size();
    freed.resize(freed.size() + pages);
    leaf.pages.copy_to(std::span(freed).last(pages));
    sizes_.evictable_size -= pages;

    Node& parent = *leaf.parent;
    const bool was_last = !parent.is_root() && parent.children.size() == 1;
    tree_.remove_leaf(leaf);
    if (was_last && parent.use.ref_count == 0) order_.insert(parent);  // its turn may come (I26)
  }
  return freed;
}

}  // namespace radixlab
