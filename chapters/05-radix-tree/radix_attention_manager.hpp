/// \file
/// Chapter 05, given: prefix caching in one call. Who computes keys and values (KV) hands over a function; this manager
/// finds what is there already, makes room, has the rest computed and keeps it.
///
///   look up, lock | evict if short of room, take pages | generate the suffix | publish, unlock
///
/// Invariants:
///
///   I4   pages held = pages in the tree + the pages of a request in progress <= the budget, always
///   I19  what a request found is locked before anything is evicted for it
///   I20  room is counted after the lock, which lowers what is evictable
///   I23  only what the generator has written is published, and of that only whole pages
///
/// After seed 004's RadixAttentionManager, section 3.2. What is repaired:
///
///   S1, S2  what counts as found has its KV, in pages that the answer names, also behind a split and inside an edge
///   S3      cached_nodes and memory_usage_gb are those of the tree, not counters beside it
///   S4      each prefix of a text is found; memory is counted in real bytes, not 1 MB a text; only leaves go
///   S14     `evicted` says what was evicted, not how much could have been
///
/// The seed's generator sees the remaining tokens alone. That is wrong: a token's KV depends on its position and on all
/// tokens before it, so the same suffix behind another prefix has another KV. Ours gets all of the text, and where to
/// begin.
#pragma once
#include <functional>
#include <string>

#include "05-radix-tree/radix_cache_manager.hpp"
#include "storage/free_runs.hpp"

namespace radixlab {

/// Computes the KV of tokens[begin ..] of `tokens` [n], and writes token i's to place i % P of pages[i / P], of `pages`
/// [ceil(n / P)]. That of the tokens before lies there already, to be read and not written.
using KvGenerator =
    std::function<void(std::span<const TokenId> tokens, std::size_t begin, std::span<const PageId> pages)>;

struct RadixAttentionOptions {
  std::size_t max_cache_memory = std::size_t{10} << 30;  ///< [bytes] the budget; 10 GB in the seed
  std::size_t bytes_per_token = 0;                       ///< K and V over all layers: chapter 00's kv_bytes_per_token
  std::size_t page_size = 16;                            ///< [tokens]
};

struct ProcessedRequest {
  std::size_t cached_len = 0;    ///< [tokens] found, whole pages of them
  std::size_t computed_len = 0;  ///< [tokens] generated: all the others
  double cache_hit_rate = 0;     ///< cached_len / n
  std::size_t evicted = 0;       ///< [pages] that went to make room for it
  std::vector<PageId> pages;     ///< [ceil(n / P)] where its KV lies: good until the next request
};

/// Under the seed's keys; all 0 before the first request.
struct PrefixCachingStatistics {
  double cache_hit_rate = 0;       ///< cache_hits / total_requests
  std::size_t total_requests = 0;  ///< that were answered
  std::size_t cache_hits = 0;      ///< of them, those that found a page at least
  std::size_t cache_misses = 0;    ///< the others
  std::size_t cached_nodes = 0;    ///< of the tree, but its roots
  double memory_usage_gb = 0;      ///< [2^30 bytes] of the pages in the tree
  std::string to_text() const;     ///< a line each, as the seed's print_statistics has them
};

/// Owns the tree and the page numbers, not the KV. A text that is found whole calls no generator, as in the seed; who
/// wants the logits of its last token asks for all but that one (I8).
class RadixAttentionManager {
 public:
  /// Throws std::invalid_argument for sizes of 0, a budget below one page, or one of more pages than a PageId counts.
  explicit RadixAttentionManager(const RadixAttentionOptions& options);

  /// Finds the longest cached prefix of `key` [n], has `generator` compute the rest, and caches whole pages of it. Throws
  /// std::invalid_argument, with nothing changed, for an empty key and for one that is larger than the budget. What the
  /// generator throws goes through: its pages are given back, its lock is released, and it counts as no request; what
  /// was evicted for it stays evicted. O(n + depth), and the victims.
  ProcessedRequest process_request(PrefixKey key, const KvGenerator& generator);

  PrefixCachingStatistics get_statistics() const;  ///< O(1)

  const RadixCacheManager& cache() const { return cache_; }        ///< for pictures and check_integrity()
  std::size_t num_pages() const { return num_pages_; }             ///< the budget
  std::size_t free_count() const { return source_.free_count(); }  ///< [pages]

 private:
  std::size_t pages_for(std::size_t tokens) const { return (tokens + options_.page_size - 1) / options_.page_size; }
  void check_fits(std::size_t tokens) const;
  std::size_t take(std::span<PageId> out);  // the pages that were evicted for it; a call that throws has taken none
  void publish(PrefixKey key, const CacheHandle& from, std::span<PageId> pages);

  RadixAttentionOptions options_;
  std::size_t num_pages_;
  RadixCacheManager cache_;
  FreeRuns source_;
  std::size_t total_requests_ = 0, cache_hits_ = 0;
};

}  // namespace radixlab
