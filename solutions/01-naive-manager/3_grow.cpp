#include <stdexcept>

#include "01-naive-manager/scheduler_cache.hpp"

namespace radixlab {

bool CacheManager::grow(Request& r, std::size_t tokens) {
  const std::size_t had = r.pages.size(), wanted = pages_for(tokens);
  if (wanted <= had) return true;
  const std::size_t need = wanted - had, free = source_.free_count();
  if (need > free + cache_.size_info().evictable_size) return false;
  r.pages.reserve(wanted);
  if (need > free) evict(need - free);
  try {
    while (r.pages.size() < wanted) {
      const std::optional<PageId> page = source_.take();
      if (!page) throw std::logic_error("I25: the manager freed fewer pages than it was asked for");
      r.pages.push_back(*page);
    }
  } catch (...) {
    give_back(r.pages, had);
    throw;
  }
  return true;
}

}  // namespace radixlab
