#include <stdexcept>
#include <string>
#include <utility>

#include "02-longest-common-prefix/lcp_cache_manager.hpp"

namespace radixlab {

std::vector<PageId> LcpCacheManager::evict(std::size_t num_pages) {
  if (num_pages > sizes_.evictable_size)
    throw std::runtime_error("I25: asked to evict " + std::to_string(num_pages) + " pages, " +
                             std::to_string(sizes_.evictable_size) + " are evictable");
  std::vector<PageId> freed;
  freed.reserve(num_pages + longest_);  // the last victim may go beyond; from here on nothing fails
  while (freed.size() < num_pages) {
    if (order_.empty()) throw std::logic_error("I17: evictable pages, but no unlocked entry in the order");
    forget(order_.first(), freed);
  }
  return freed;
}

void LcpCacheManager::forget(Entry& entry, std::vector<PageId>& freed) {
  order_.erase(entry);
  for (const PageId page : entry.pages) {
    if (--uses_[page].owners > 0) continue;  // another entry still names it (I3)
    freed.push_back(page);
    --sizes_.evictable_size;
  }
  const auto shelf = shelves_.find(entry.cache_salt);
  auto& [texts, entries] = shelf->second;
  std::swap(texts[entry.index], texts.back());  // the shelf has no gaps: its last text moves up
  texts.pop_back();
  entries[entry.index] = entries[texts.size()];
  entries[entry.index]->index = entry.index;
  if (texts.empty()) shelves_.erase(shelf);
  entries_.drop(entry);
}

}  // namespace radixlab
