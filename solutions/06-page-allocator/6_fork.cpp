#include <stdexcept>
#include <utility>

#include "06-page-allocator/paged_cache_manager.hpp"

namespace radixlab {

std::optional<Request> PagedCacheManager::fork(Request& r) {
  if (r.pages.empty()) throw std::logic_error("fork: this request is not running");
  chunk_done(r);  // what is whole is the cache's now
  const std::size_t whole = r.handle.cached_len / page_size_, used = pages_for(r.computed);
  Request twin{.tokens = r.tokens, .cache_salt = r.cache_salt, .handle = r.handle};
  twin.pages.reserve(pages_for(r.tokens.size()));
  twin.pages.assign(r.pages.begin(), r.pages.begin() + static_cast<std::ptrdiff_t>(used));
  cache_.lock_handle(twin.handle);
  for (std::size_t i = whole; i < used; ++i) allocator_.increment_ref(twin.pages[i]);
  const auto let_go = [&] {
    for (std::size_t i = whole; i < used; ++i) source_.give(twin.pages[i]);
    cache_.unlock_handle(twin.handle);
  };
  try {
    if (!grow(twin, twin.tokens.size())) return let_go(), std::nullopt;
  } catch (...) {
    let_go();
    throw;
  }
  twin.computed = twin.hit = r.computed;
  return twin;
}

bool PagedCacheManager::make_writable(Request& r) {
  const std::size_t at = r.computed / page_size_, filled = r.computed % page_size_;
  if (filled == 0 || allocator_.slot(r.pages[at]).ref_count == 1) return true;
  if (!grow(r, (r.pages.size() + 1) * page_size_)) return false;  // a page more, at the end of the table
  try {
    kv_.copy_kv(r.pages[at], r.pages.back(), filled);
  } catch (...) {
    give_back(r.pages, r.pages.size() - 1);
    throw;
  }
  std::swap(r.pages[at], r.pages.back());
  give_back(r.pages, r.pages.size() - 1);  // one request less needs the shared page
  return true;
}

}  // namespace radixlab
