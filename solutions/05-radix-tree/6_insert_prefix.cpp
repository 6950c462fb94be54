#include "05-radix-tree/radix_cache_manager.hpp"

namespace radixlab {

InsertResult RadixCacheManager::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  const std::size_t P = options_.page_size, whole = tree_.whole_pages(key.tokens.size());
  const RadixTree::Position start = resume(key, pages, from);
  if (whole == 0) return {};

  ++now_;
  RadixTree::Position at = tree_.lookup(key.tokens.first(whole), start);
  touch(*at.node);
  const std::size_t cached = at.len;
  if (cached < whole) {
    Node& leaf =
        tree_.insert(at, key.tokens.subspan(cached, whole - cached), pages.subspan(cached / P, (whole - cached) / P));
    leaf.use.created = leaf.use.last_used = now_;
    sizes_.evictable_size += leaf.pages.size();
    order_.erase(*at.node);  // no leaf any more
    order_.insert(leaf);
    at = {&leaf, whole};
  }
  return {cached, handle(at)};
}

}  // namespace radixlab
