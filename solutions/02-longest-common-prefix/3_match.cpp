#include <algorithm>

#include "02-longest-common-prefix/lcp_cache_manager.hpp"
#include "contract/arguments.hpp"

namespace radixlab {

LcpCacheManager::Found LcpCacheManager::find(PrefixKey key) const {
  const auto shelf = shelves_.find(key.cache_salt);
  if (shelf == shelves_.end()) return {};
  const PrefixMatch best = detector_.find_best_prefix_match(key.tokens, shelf->second.texts);
  const std::size_t len = best.length / page_size_ * page_size_;  // a page is shared whole or not at all
  if (len == 0) return {};
  return {shelf->second.entries[static_cast<std::size_t>(best.index)], len};
}

CacheHandle LcpCacheManager::match_prefix(PrefixKey key) {
  const Found found = find(key);
  ++now_;
  if (!found.entry) return {};
  touch(*found.entry);
  ++found.entry->use.hits;
  return handle(*found.entry, found.len);
}

void LcpCacheManager::copy_pages(const CacheHandle& handle, std::span<PageId> out) const {
  check_copy_arguments(handle, out, page_size_);
  if (handle.cached_len == 0) return;
  std::ranges::copy(std::span(at(handle).pages).first(out.size()), out.begin());
}

}  // namespace radixlab
