/// \file
/// From logits to a token. A broken number is never a normal answer: NaN is neither larger nor smaller than anything, so a
/// search for the maximum passes it over, or stays with token 0 for ever.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>

#include "contract/cache_manager.hpp"

namespace radixlab {

/// No NaN and no infinity among them. O(n), without a branch: as bits, what is not finite is above all that is.
inline bool all_finite(std::span<const float> numbers) {
  std::uint32_t largest = 0;
  for (const float number : numbers) largest = std::max(largest, std::bit_cast<std::uint32_t>(number) & 0x7fffffffu);
  return largest < 0x7f800000u;
}

/// Greedy sampling: the token with the largest of `logits` [vocab_size], the first of several. Nothing if one of them is
/// not finite. O(vocab_size).
[[nodiscard]] inline std::optional<TokenId> greedy(std::span<const float> logits) {
  if (!all_finite(logits)) return std::nullopt;
  return static_cast<TokenId>(std::ranges::max_element(logits) - logits.begin());
}

}  // namespace radixlab
