// Given: seed 004's manager on top of the tree.
#include "05-radix-tree/radix_attention_manager.hpp"

#include <algorithm>
#include <iomanip>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace radixlab {
namespace {

using std::to_string;

// The budget in pages.
std::size_t pages_of(const RadixAttentionOptions& o) {
  constexpr std::size_t kMost = std::numeric_limits<PageId>::max();
  if (o.page_size == 0 || o.bytes_per_token == 0)
    throw std::invalid_argument("RadixAttentionManager: page_size is " + to_string(o.page_size) +
                                " tokens, bytes_per_token " + to_string(o.bytes_per_token) + ", expected at least 1");
  const std::size_t pages = o.max_cache_memory / o.page_size / o.bytes_per_token;
  if (pages == 0 || pages > kMost)
    throw std::invalid_argument("RadixAttentionManager: max_cache_memory of " + to_string(o.max_cache_memory) +
                                " bytes is " + to_string(pages) + " pages of " + to_string(o.page_size) +
                                " tokens, expected 1 .. " + to_string(kMost));
  return pages;
}

}  // namespace

RadixAttentionManager::RadixAttentionManager(const RadixAttentionOptions& options)
    : options_(options), num_pages_(pages_of(options)), cache_({.page_size = options.page_size}), source_(num_pages_) {}

ProcessedRequest RadixAttentionManager::process_request(PrefixKey key, const KvGenerator& generator) {
  const std::size_t n = key.tokens.size();
  check_fits(n);
  const CacheHandle hit = cache_.match_prefix(key);
  ProcessedRequest done{.cached_len = hit.cached_len,
                        .computed_len = n - hit.cached_len,
                        .cache_hit_rate = static_cast<double>(hit.cached_len) / static_cast<double>(n),
                        .pages = std::vector<PageId>(pages_for(n))};
  const std::size_t shared = hit.cached_len / options_.page_size;
  const std::span<PageId> own = std::span(done.pages).subspan(shared);
  cache_.copy_pages(hit, std::span(done.pages).first(shared));
  cache_.lock_handle(hit);
  std::size_t taken = 0;
  try {
    done.evicted = take(own);
    taken = own.size();
    if (hit.cached_len < n) {
      generator(key.tokens, hit.cached_len, done.pages);
      publish(key, hit, done.pages);
    }
  } catch (...) {
    source_.give(own.first(taken));
    cache_.unlock_handle(hit);
    throw;
  }
  cache_.unlock_handle(hit);
  cache_.request_ended(key, hit.cached_len);
  ++total_requests_;
  cache_hits_ += hit.cached_len > 0;
  return done;
}

// All else may be evicted for a request, so that what fits into the budget finds room.
void RadixAttentionManager::check_fits(std::size_t tokens) const {
  if (tokens == 0) throw std::invalid_argument("process_request: a request of no tokens has nothing to compute");
  const std::size_t pages = pages_for(tokens);
  if (pages > num_pages_)
    throw std::invalid_argument("process_request: " + to_string(tokens) + " tokens need " +
                                to_string(pages * options_.page_size * options_.bytes_per_token) +
                                " bytes, the budget is " + to_string(options_.max_cache_memory) + " bytes");
}

std::size_t RadixAttentionManager::take(std::span<PageId> out) {
  std::vector<PageId> victims;
  if (out.size() > source_.free_count()) victims = cache_.evict(out.size() - source_.free_count());
  source_.give(victims);
  source_.take(out);
  return victims.size();
}

// Of the caller's pages the tree takes those that it names now. The last one, where it is only partly filled, goes back;
// so does what somebody else has published first, from within the generator (I21).
void RadixAttentionManager::publish(PrefixKey key, const CacheHandle& from, std::span<PageId> pages) {
  std::vector<PageId> named(key.tokens.size() / options_.page_size);  // before the insert: behind it nothing may fail
  const CacheHandle held = cache_.insert_prefix(key, pages, from).handle;
  cache_.copy_pages(held, named);
  for (std::size_t i = from.cached_len / options_.page_size; i < pages.size(); ++i) {
    if (i >= named.size())
      source_.give(pages[i]);
    else if (named[i] != pages[i])
      source_.give(std::exchange(pages[i], named[i]));
  }
}

PrefixCachingStatistics RadixAttentionManager::get_statistics() const {
  const std::size_t bytes = cache_.size_info().total_size() * options_.page_size * options_.bytes_per_token;
  return {.cache_hit_rate = static_cast<double>(cache_hits_) / std::max(1.0, static_cast<double>(total_requests_)),
          .total_requests = total_requests_,
          .cache_hits = cache_hits_,
          .cache_misses = total_requests_ - cache_hits_,
          .cached_nodes = cache_.num_nodes(),
          .memory_usage_gb = static_cast<double>(bytes) / (1 << 30)};
}

std::string PrefixCachingStatistics::to_text() const {
  std::ostringstream out;
  out << std::fixed << std::setprecision(2) << "Total Requests: " << total_requests << "\nCache Hits: " << cache_hits
      << "\nCache Misses: " << cache_misses << "\nHit Rate: " << 100 * cache_hit_rate
      << "%\nCached Nodes: " << cached_nodes << "\nMemory Usage: " << memory_usage_gb << " GB\n";
  return out.str();
}

}  // namespace radixlab
