/// \file
/// Chapter 02, tasks 2.1 and 2.2: which of the texts seen so far begins most like a new one? Compare with each.
///
///   new    7 7 3 1 9          candidates   0   7 7 9 4      2 tokens in common
///                                          1   7 7 3 1 5    4   <- the best: index 1, length 4
///                                          2   7 7 3 1      4   as long, but it stands behind 1
///
/// Invariants: `length` is what brute force finds (I7); of equals the one with the lowest index is named, so that the
/// same texts give the same answer on every machine (I27).
///
/// After seed 004, section 2.1. Seed 004's exercise 8.4.4 asks for a faster comparison: get_match_len.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "storage/match_len.hpp"

namespace radixlab {

/// How two texts [n] and [m] are compared: the length of their longest common prefix, in tokens.
using MatchLen = std::size_t (*)(std::span<const TokenId>, std::span<const TokenId>);

struct PrefixMatch {
  std::ptrdiff_t index = -1;  ///< of the candidate; -1 where none has even one token in common
  std::size_t length = 0;     ///< [tokens] in common with it
  bool operator==(const PrefixMatch&) const = default;
};

/// Keeps nothing but the comparison that it was given, so that scalar and vector scans are one code path. Never throws.
class PrefixDetector {
 public:
  /// The plain loop by default; get_match_len scans with vector instructions.
  explicit PrefixDetector(MatchLen match_len = find_longest_common_prefix) : match_len_(match_len) {}

  /// 2.1  Length of the longest common prefix of a [n] and b [m], in tokens, one token a step. O(answer).
  static std::size_t find_longest_common_prefix(std::span<const TokenId> a, std::span<const TokenId> b);

  /// 2.1  The candidate with the longest prefix in common with `new_sequence` [n]; ties go to the lowest index.
  ///      O(tokens in common, summed over all candidates): the scan that chapter 03 does away with.
  PrefixMatch find_best_prefix_match(std::span<const TokenId> new_sequence,
                                     std::span<const std::vector<TokenId>> candidates) const;

 private:
  [[maybe_unused]] MatchLen match_len_;  // unused until 2.1 is written
};

}  // namespace radixlab
