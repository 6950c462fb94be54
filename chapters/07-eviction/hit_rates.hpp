/// \file
/// Chapter 07, task 7.5 (seed 004's exercise 8.4.3): how much of a workload a cache answers, and how much any cache could.
///
///   request   prompt   cached   pages of 4: whole   hit
///   1         10       0        2                   0
///   2         10       9        2                   2        chapter 06 finds parts of pages: all but the last token
///
///   request hit rate 1/2, token hit rate 9/20, block hit rate 2/4
///
/// The three differ. Where all requests share a short system prompt, the request hit rate is near 1 and says nothing.
#pragma once
#include <unordered_set>

#include "contract/cache_manager.hpp"

namespace radixlab {

/// Totals of a workload.
struct HitRates {
  std::size_t requests = 0, requests_hit = 0;        ///< hit: one token or more was cached
  std::size_t prompt_tokens = 0, cached_tokens = 0;  ///< [tokens]
  std::size_t blocks = 0, blocks_hit = 0;            ///< [whole pages]

  /// 7.5  One request more. REQUIRES: cached <= prompt, page_size > 0.
  void add(std::size_t prompt, std::size_t cached, std::size_t page_size);

  double request_hit_rate() const { return rate(requests_hit, requests); }
  double token_hit_rate() const { return rate(cached_tokens, prompt_tokens); }
  double block_hit_rate() const { return rate(blocks_hit, blocks); }

 private:
  static double rate(std::size_t part, std::size_t whole) { return whole == 0 ? 0 : double(part) / double(whole); }
};

/// A cache that never forgets a whole page: what any cache of whole pages can reach on a trace. 8 bytes and a table's overhead a page.
class InfiniteCache {
 public:
  /// Throws std::invalid_argument for a page_size of 0.
  explicit InfiniteCache(std::size_t page_size);

  /// 7.5  [tokens] of `key` [n] that whole pages of earlier requests hold, from the first on. Then its own whole pages are held too. Pages
  ///      are known by name (page_hashes). O(n).
  std::size_t request(PrefixKey key);

  std::size_t num_pages() const { return pages_.size(); }  ///< different ones

 private:
  std::size_t page_size_;
  std::unordered_set<std::uint64_t> pages_;
};

}  // namespace radixlab
