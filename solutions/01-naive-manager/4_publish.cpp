#include <utility>

#include "01-naive-manager/scheduler_cache.hpp"

namespace radixlab {

void CacheManager::publish(Request& r, bool finished) {
  if (r.pages.empty()) return;
  check_running(r);
  const PrefixKey key(std::span(r.tokens).first(r.computed), r.cache_salt);
  std::vector<PageId> named(pages_for(r.computed));  // before the insert: once pages are given, nothing may fail
  CacheHandle held = cache_.insert_prefix(key, std::span(r.pages).first(named.size()), r.handle).handle;
  named.resize(pages_for(held.cached_len));
  cache_.copy_pages(held, named);  // who holds each stretch now?
  const bool ends_in_ours = named.empty() || named.back() == r.pages[named.size() - 1];
  if (!ends_in_ours) held = cache_.whole_pages(held);  // nobody reads another's partly filled page (I22, I38)
  if (!finished) cache_.lock_handle(held);             // before the unlock below (I19)
  try {
    cache_.unlock_handle(r.handle);
  } catch (...) {
    if (!finished) cache_.unlock_handle(held);
    throw;
  }
  // From here on nothing throws. Up to here the page table is as it was, so a call that threw may be made again.
  const std::size_t was_shared = r.handle.cached_len / page_size_, shared = held.cached_len / page_size_;
  r.handle = finished ? CacheHandle{} : held;
  for (std::size_t i = was_shared; i < shared; ++i)
    if (named[i] != r.pages[i]) source_.give(std::exchange(r.pages[i], named[i]));  // someone was first (I21, I22)
  if (!finished) return;
  for (std::size_t i = shared; i < r.pages.size(); ++i)
    if (i >= named.size() || named[i] != r.pages[i]) source_.give(r.pages[i]);  // a tail that nobody caches
  r.pages.clear();
}

}  // namespace radixlab
