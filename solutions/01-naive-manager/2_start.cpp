#include <stdexcept>

#include "01-naive-manager/scheduler_cache.hpp"

namespace radixlab {

bool CacheManager::start(Request& r) {
  if (r.tokens.empty()) throw std::invalid_argument("start: an empty prompt has nothing to compute");
  if (!r.pages.empty()) throw std::logic_error("start: this request is running already");
  const PrefixKey key(std::span(r.tokens).first(r.tokens.size() - 1), r.cache_salt);  // one token must be run (I8)
  const CacheHandle best = cache_.match_prefix(key);
  if (begin(r, best)) return true;
  // What a hit holds locked may be what the request needs (I38): the page that it ends in, under some managers more. So
  // once more with whole pages, then without a hit.
  const std::size_t part = best.cached_len % page_size_;
  if (part > 0 && begin(r, cache_.match_prefix({key.tokens.first(best.cached_len - part), r.cache_salt}))) return true;
  return best.cached_len > 0 && begin(r, {});
}

bool CacheManager::begin(Request& r, const CacheHandle& hit) {
  const std::size_t shared = hit.cached_len / page_size_, part = hit.cached_len % page_size_;
  CacheHandle held = hit;
  std::vector<PageId> pages(pages_for(hit.cached_len));
  cache_.copy_pages(hit, pages);
  r.pages.reserve(pages_for(r.tokens.size()));  // nothing below may fail while a lock is held and not written down
  cache_.lock_handle(hit);
  r.pages.assign(pages.begin(), pages.begin() + static_cast<std::ptrdiff_t>(shared));
  bool room = false;
  try {
    room = grow(r, r.tokens.size());  // counted after the lock (I20)
    if (room && part > 0) {
      kv_.copy_kv(pages[shared], r.pages[shared], part);
      held = cache_.whole_pages(hit);  // what is copied may go (I38)
      cache_.lock_handle(held);
    }
  } catch (...) {
    give_back(r.pages, shared);
    r.pages.clear();
    cache_.unlock_handle(hit);
    throw;
  }
  if (!room) {
    r.pages.clear();
    cache_.unlock_handle(hit);
    return false;
  }
  if (part > 0) cache_.unlock_handle(hit);
  r.handle = held;
  r.computed = r.hit = hit.cached_len;
  return true;
}

}  // namespace radixlab
