// Given, for an edition in which chapter 02's second task has no solution: one token a step.
#include "storage/match_len.hpp"

#include <algorithm>

namespace radixlab {

std::size_t get_match_len(std::span<const TokenId> a, std::span<const TokenId> b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace radixlab
