#include "06-page-allocator/paged_radix_cache.hpp"

namespace radixlab {

CacheHandle PagedRadixCache::hit(RadixTree::Position found, std::span<const TokenId> rest) {
  const auto [child, same] = found.node->children.closest(rest, page_size());
  if (!child) return handle(found);
  Node& page = child->pages.size() > 1 ? split(*child, page_size()) : *child;
  return {found.len + same, page.id, page.generation};
}

}  // namespace radixlab
