/// \file
/// What chapter 02's demo, tests and text share: seed 004's sequences, and a comparison that counts.
#pragma once
#include <algorithm>
#include <numeric>

#include "02-longest-common-prefix/prefix_detector.hpp"

namespace radixlab {

/// Seed 004, section 2.1: sequences that share their first `prefix` tokens, and have `suffix` tokens of their own.
inline std::vector<std::vector<TokenId>> seed_sequences(std::size_t count = 100, std::size_t prefix = 1000,
                                                        std::size_t suffix = 100) {
  std::vector<std::vector<TokenId>> all(count, std::vector<TokenId>(prefix + suffix));
  TokenId own = 10000;
  for (std::vector<TokenId>& sequence : all) {
    std::iota(sequence.begin(), sequence.end(), 0);
    for (std::size_t i = prefix; i < sequence.size(); ++i) sequence[i] = own++;
  }
  return all;
}

/// Their common prefix, and two tokens that none of them has.
inline std::vector<TokenId> seed_query(std::size_t prefix = 1000) {
  std::vector<TokenId> query(prefix);
  std::iota(query.begin(), query.end(), 0);
  query.insert(query.end(), {-1, -2});
  return query;
}

inline std::size_t tokens_compared = 0;  ///< by counting_match_len, since somebody set it to 0

/// The plain loop of task 2.1, and a note of how often it has compared a token with a token.
inline std::size_t counting_match_len(std::span<const TokenId> a, std::span<const TokenId> b) {
  const std::size_t length = PrefixDetector::find_longest_common_prefix(a, b);
  tokens_compared += length + (length < std::min(a.size(), b.size()));
  return length;
}

}  // namespace radixlab
