#include "07-eviction/admitting_manager.hpp"

namespace radixlab {

AdmittingManager::AdmittingManager(std::unique_ptr<BaseCacheManager> cache, const PageSource& source,
                                   std::size_t page_size, AdaptiveOptions options)
    : cache_(std::move(cache)), source_(source), page_size_(page_size), admission_(options) {}

InsertResult AdmittingManager::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  const std::size_t room = (source_.free_count() + cache_->size_info().evictable_size) * page_size_;
  const std::size_t best = admission_.optimize_prefix_length(key.tokens, 1.0) / page_size_ * page_size_;
  if (best <= from.cached_len || !admission_.should_cache_prefix(key.tokens.first(best), room).should_cache) {
    ++refused_;
    return {from.cached_len, from};
  }
  return cache_->insert_prefix({key.tokens.first(best), key.cache_salt}, pages.first(best / page_size_), from);
}

void AdmittingManager::request_ended(PrefixKey key, std::size_t found) {
  admission_.update_reuse_stats(key.tokens, page_size_);
  cache_->request_ended(key, found);
}

std::vector<PageId> AdmittingManager::reset() {
  std::vector<PageId> pages = cache_->reset();
  admission_.reset();
  return pages;
}

}  // namespace radixlab
