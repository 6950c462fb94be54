#include "06-page-allocator/radix_cache_v1.hpp"

namespace radixlab {

RadixCacheV1::MatchResult RadixCacheV1::match_prefix(std::span<const TokenId> key) {
  const RadixTree::Position found = tree_.lookup(key, tree_.root(0));
  std::vector<PageId> indices(found.len);
  for (const RadixTree::Node* n = found.node; !n->is_root(); n = n->parent)
    n->pages.copy_to(std::span(indices).first(n->end).last(n->pages.size()));
  return {indices};
}

std::size_t RadixCacheV1::insert(std::span<const TokenId> key, std::span<const PageId> indices) {
  const RadixTree::Position found = tree_.lookup(key, tree_.root(0));
  if (found.len < key.size()) tree_.insert(found, key.subspan(found.len), indices.subspan(found.len));
  return found.len;
}

}  // namespace radixlab
