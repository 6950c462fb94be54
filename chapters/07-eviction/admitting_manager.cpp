#include "07-eviction/admitting_manager.hpp"

#include <new>
#include <stdexcept>

#include "contract/arguments.hpp"

namespace radixlab {

AdmittingManager::AdmittingManager(std::unique_ptr<BaseCacheManager> cache, std::size_t page_size,
                                   AdaptiveOptions options)
    : cache_(std::move(cache)), page_size_(page_size), options_(options) {
  static_cast<void>(AdaptivePrefixCache(options));  // refuses them now, and not at the first request's end
  if (page_size == 0) throw std::invalid_argument("AdmittingManager: pages of 0 tokens, expected 1 or more");
}

std::size_t AdmittingManager::worth_publishing(PrefixKey key) const {
  const auto counted = counts_.find(key.cache_salt);
  if (counted == counts_.end()) return 0;
  const AdaptivePrefixCache& admission = counted->second;
  const std::size_t best = admission.optimize_prefix_length(key.tokens, 1.0) / page_size_ * page_size_;
  return admission.should_cache_prefix(key.tokens.first(best)).should_cache ? best : 0;
}

InsertResult AdmittingManager::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  check_insert_arguments(key, pages, from, page_size_);
  const std::size_t worth = worth_publishing(key);
  if (worth <= from.cached_len) {
    ++refused_;
    return {from.cached_len, from};
  }
  return cache_->insert_prefix({key.tokens.first(worth), key.cache_salt}, pages.first(worth / page_size_), from);
}

void AdmittingManager::request_ended(PrefixKey key, std::size_t found) {
  try {
    counts_.try_emplace(key.cache_salt, options_).first->second.update_reuse_stats(key.tokens, page_size_);
  } catch (const std::bad_alloc&) {  // not all of it is counted: no request's end fails for that
  }
  cache_->request_ended(key, found);
}

std::vector<PageId> AdmittingManager::reset() {
  std::vector<PageId> pages = cache_->reset();
  counts_.clear();
  return pages;
}

}  // namespace radixlab
