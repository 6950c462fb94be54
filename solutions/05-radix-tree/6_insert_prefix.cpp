#include "05-radix-tree/radix_cache_manager.hpp"

namespace radixlab {

InsertResult RadixCacheManager::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  const std::size_t P = options_.page_size, whole = tree_.whole_pages(key.tokens.size());
  const RadixTree::Position start = resume(key, pages, from);
  if (whole == 0) return {};

  const auto [known, cached] = lookup(key.tokens.first(whole), start);
  Node* end = known;
  if (cached < whole)
    end = &tree_.insert({known, cached}, key.tokens.subspan(cached, whole - cached),
                        pages.subspan(cached / P, (whole - cached) / P));
  ++now_;  // from here on nothing fails
  touch(*end);
  if (end != known) {
    sizes_.evictable_size += end->pages.size();
    order_.erase(*known);  // no leaf any more
    order_.insert(*end);
  }
  return {cached, handle({end, whole})};
}

}  // namespace radixlab
