#include <stdexcept>
#include <string>

#include "04-slots/slot_cache_manager.hpp"

namespace radixlab {

InsertResult SlotCacheManager::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  const PrefixKey kept = check_insert(key, pages, from);
  const std::size_t n = kept.tokens.size();
  if (n == 0) return {};
  const PrefixHit found = trie_.find(kept);
  Row* row = &rows_[pages[0]];
  if (row->len == 0 && found.prefix_len == n)
    row = &rows_[static_cast<std::size_t>(found.slot)];  // someone was first: this text takes no second row (I22)
  else if (row->len < n)
    hold(*row, kept);
  ++now_;
  touch(*row);
  return {found.prefix_len, handle(*row, n)};
}

std::vector<PageId> SlotCacheManager::evict(std::size_t num_pages) {
  if (num_pages > sizes_.evictable_size)
    throw std::runtime_error("I25: asked to evict " + std::to_string(num_pages) + " rows, " +
                             std::to_string(sizes_.evictable_size) + " are evictable");
  std::vector<PageId> freed;
  freed.reserve(num_pages);  // from here on nothing fails
  while (freed.size() < num_pages) {
    Row& row = order_.first();
    order_.erase(row);
    row.len = 0;
    ++row.generation;  // whoever still names it, a handle or a node of the trie, names nothing from now on (I28)
    --sizes_.evictable_size;
    freed.push_back(row.id);
  }
  return freed;
}

}  // namespace radixlab
