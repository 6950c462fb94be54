#include <algorithm>

#include "02-longest-common-prefix/prefix_detector.hpp"

namespace radixlab {

std::size_t PrefixDetector::find_longest_common_prefix(std::span<const TokenId> a, std::span<const TokenId> b) {
  const std::size_t n = std::min(a.size(), b.size());
  std::size_t length = 0;
  while (length < n && a[length] == b[length]) ++length;
  return length;
}

PrefixMatch PrefixDetector::find_best_prefix_match(std::span<const TokenId> new_sequence,
                                                   std::span<const std::vector<TokenId>> candidates) const {
  PrefixMatch best;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::size_t length = match_len_(new_sequence, candidates[i]);
    if (length > best.length) best = {static_cast<std::ptrdiff_t>(i), length};  // an equal one came first
  }
  return best;
}

}  // namespace radixlab
