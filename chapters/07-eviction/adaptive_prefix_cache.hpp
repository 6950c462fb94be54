/// \file
/// Chapter 07, task 7.4: whether a prefix is worth its memory. A cache that admits everything spends pages on text that never
/// comes again.
///
///   request 1   1,000 tokens   First occurrence        counted: 1
///   request 2   the same       Low reuse so far        counted: 2
///   request 3   the same       High reuse potential    cached
///
/// After seed 004, section 4.2 (repairs: S5, each request counts, not only one that is cached already, so that the seed's own
/// example caches from the third request on; S14, memory is checked, the full length is tried, and a prefix is hashed in one step from the
/// prefix before it).
#pragma once
#include <limits>
#include <string_view>
#include <unordered_map>

#include "03-hash-matching/hash_based_prefix_matcher.hpp"

namespace radixlab {

struct AdaptiveOptions {
  std::size_t min_prefix_length = 10;      ///< [tokens]
  std::size_t max_prefix_length = 10'000;  ///< [tokens]
  RollingHash roll = roll_hash;            ///< counts go by the hash that it rolls from 0 on
};

/// The seed's decision, and its reason in the seed's words.
struct AdmissionDecision {
  bool should_cache;
  std::string_view reason;
};
inline constexpr AdmissionDecision kTooShort{false, "Too short"}, kTooLong{false, "Too long"},
    kNoMemory{false, "Not enough memory"}, kFirst{false, "First occurrence"}, kLowReuse{false, "Low reuse so far"},
    kHighReuse{true, "High reuse potential"};

/// What the seed prints at the end.
struct ReuseStatistics {
  std::size_t unique_prefixes = 0;
  std::size_t highly_reused = 0;  ///< counted five times or more
  double ratio() const { return unique_prefixes == 0 ? 0 : double(highly_reused) / double(unique_prefixes); }
};

/// Counts prefixes by their rolling hash, 64 bits that nobody verifies: two texts with one hash share a count, which may cache one of them
/// early and never answers wrong (I12). About 50 bytes a counted prefix; it forgets nothing until reset().
class AdaptivePrefixCache {
 public:
  /// Throws std::invalid_argument for a minimum of 0 or above the maximum.
  explicit AdaptivePrefixCache(AdaptiveOptions options = {});

  /// 7.4  Decides in this order: length, memory, reuse. Enough memory is room for all of `prefix` [n]: `free_tokens` of it are free
  ///      or can be evicted. It was reused if update_reuse_stats counted it twice. Changes nothing. O(n).
  AdmissionDecision should_cache_prefix(std::span<const TokenId> prefix,
                                        std::size_t free_tokens = std::numeric_limits<std::size_t>::max()) const;

  /// 7.4  A request came with `prefix` [n], of any length: counts it. O(n).
  void update_reuse_stats(std::span<const TokenId> prefix);
  /// 7.4  The same for each prefix of `text` [n] whose length is a multiple of `step` [tokens] within the limits: where a request's
  ///      own part begins is not known. REQUIRES: step > 0. O(n).
  void update_reuse_stats(std::span<const TokenId> text, std::size_t step);

  /// 7.4  The length L, from the minimum to min(n, maximum), that is worth most: L * cost_per_token * (how often the prefix of L was
  ///      counted) - 0.1 * L, the seed's value. The shortest of equals; the minimum if none is worth more than 0. If `tokens` [n] is
  ///      shorter than the minimum, then n. O(n): one step of the rolling hash a length.
  std::size_t optimize_prefix_length(std::span<const TokenId> tokens, double cost_per_token) const;

  /// 7.4  O(prefixes).
  ReuseStatistics statistics() const;

  void reset() { counts_.clear(); }

 private:
  AdaptiveOptions options_;
  std::unordered_map<std::uint64_t, std::size_t> counts_;  // by the rolling hash of a prefix
};

}  // namespace radixlab
