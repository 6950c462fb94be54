/// \file
/// From logits to a token. A broken number is never a normal answer. NaN is neither larger nor smaller than anything: a
/// search for the maximum passes it over. If the first logit is NaN, then such a search answers token 0, whatever follows.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>

#include "contract/cache_manager.hpp"

namespace radixlab {

/// Whether all numbers are finite. O(n), without a branch: without their sign, the bits of infinity and NaN are larger, as
/// whole numbers, than those of any finite number.
inline bool all_finite(std::span<const float> numbers) {
  std::uint32_t largest = 0;
  for (const float number : numbers) largest = std::max(largest, std::bit_cast<std::uint32_t>(number) & 0x7fffffffu);
  return largest < 0x7f800000u;
}

/// Greedy sampling: the token with the largest of `logits` [vocab_size]. If several are largest, then the first of them. If
/// one is not finite, -infinity included, then nothing. REQUIRES: logits is not empty. O(vocab_size).
[[nodiscard]] inline std::optional<TokenId> greedy(std::span<const float> logits) {
  if (!all_finite(logits)) return std::nullopt;
  return static_cast<TokenId>(std::ranges::max_element(logits) - logits.begin());
}

}  // namespace radixlab
