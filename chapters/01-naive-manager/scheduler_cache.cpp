// Given: the desk's parts that are not a task.
#include "01-naive-manager/scheduler_cache.hpp"

#include <stdexcept>
#include <string>

namespace radixlab {

CacheManager::CacheManager(BaseCacheManager& cache, PageSource& source, KvStore& kv, std::size_t page_size)
    : cache_(cache), source_(source), kv_(kv), page_size_(page_size) {
  if (page_size == 0) throw std::invalid_argument("CacheManager: page_size is 0, expected at least 1 token");
}

void CacheManager::reset() {
  for (const PageId page : cache_.reset()) source_.give(page);
}

void CacheManager::evict(std::size_t num_pages) {
  for (const PageId page : cache_.evict(num_pages)) source_.give(page);
}

void CacheManager::give_back(std::vector<PageId>& pages, std::size_t keep) {
  for (; pages.size() > keep; pages.pop_back()) source_.give(pages.back());
}

void CacheManager::check_running(const Request& r) const {
  const std::size_t room = r.pages.size() * page_size_;
  if (r.computed <= r.tokens.size() && r.computed <= room && r.computed >= r.handle.cached_len) return;
  throw std::invalid_argument("CacheManager: computed is " + std::to_string(r.computed) + " tokens, expected " +
                              std::to_string(r.handle.cached_len) + " (its hit) .. " +
                              std::to_string(std::min(room, r.tokens.size())) + " (its tokens, its pages)");
}

}  // namespace radixlab
