// Given: the desk's parts that are not a task.
#include "01-naive-manager/scheduler_cache.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "contract/snapshot.hpp"

namespace radixlab {

CacheManager::CacheManager(BaseCacheManager& cache, PageSource& source, KvStore& kv, std::size_t page_size)
    : cache_(cache), source_(source), kv_(kv), page_size_(page_size) {
  if (page_size == 0) throw std::invalid_argument("CacheManager: page_size is 0, expected at least 1 token");
}

std::optional<Request> CacheManager::fork(Request& r) {
  if (r.pages.empty()) throw std::logic_error("fork: this request is not running");
  chunk_done(r);
  const CacheHandle shared = cache_.whole_pages(r.handle);
  const std::size_t whole = shared.cached_len / page_size_;
  Request twin{.tokens = r.tokens, .cache_salt = r.cache_salt};
  if (!begin(twin, shared)) return std::nullopt;
  try {
    for (std::size_t i = whole; i < pages_for(r.computed); ++i)
      kv_.copy_kv(r.pages[i], twin.pages[i], std::min(page_size_, r.computed - i * page_size_));
  } catch (...) {
    give_back(twin.pages, whole);
    cache_.unlock_handle(shared);
    throw;
  }
  twin.computed = twin.hit = r.computed;
  return twin;
}

// Its end is told when all else is done. Who computes a copied part again, from whole pages on, has found less than
// `hit` says.
void CacheManager::finish(Request& r) {
  const bool was_running = !r.pages.empty();
  publish(r, true);
  if (was_running)
    cache_.request_ended({std::span(r.tokens).first(r.computed), r.cache_salt}, std::min(r.hit, r.computed));
}

std::uint32_t CacheManager::salt(std::span<const SaltField> fields) {
  if (salts_.is_long()) {
    std::set<std::uint32_t> held;
    for (const NodeView& node : cache_.snapshot().nodes) held.insert(node.cache_salt);
    salts_.forget_all_but(held);
  }
  return salts_.number(fields);
}

void CacheManager::reset() { source_.give(cache_.reset()); }

void CacheManager::evict(std::size_t num_pages) { source_.give(cache_.evict(num_pages)); }

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
