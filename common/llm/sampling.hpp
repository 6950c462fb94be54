/// \file
/// From logits to a token. A broken number is never a normal answer. NaN is neither larger nor smaller than anything: a
/// search for the maximum passes it over. If the first logit is NaN, then such a search answers token 0, whatever follows.
#pragma once
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

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

/// How the answers of one request are chosen and when they end; vLLM's names.
struct SamplingParams {
  std::size_t n = 1;      ///< answers to the one prompt
  float temperature = 0;  ///< 0: greedy, and then all n answers are equal
  std::size_t top_k = 0;  ///< [tokens] 0: all
  float top_p = 1;        ///< of the probability
  std::uint64_t seed = 0;
  std::size_t max_tokens = 16;          ///< [tokens] of an answer
  std::vector<TokenId> stop_token_ids;  ///< an answer ends after one of them
  std::vector<std::string> stop;        ///< texts; an answer ends in front of the first that appears
};

inline constexpr float kLeastTemperature = 1e-6f;  ///< of those above 0

/// Throws std::invalid_argument, one line that names the field, what was found and what is expected.
void check_params(const SamplingParams& params);

/// The token at place `index` of answer `answer`, drawn from `logits` [vocab_size]. If a logit is not finite, -infinity
/// included, then nothing. A pure function: its random number comes from the seed, the answer and the index alone, so
/// neither the batch nor a preemption changes a text; and it gives the same token on every processor.
///
/// A token's probability goes with exp(logit / temperature). The `top_k` largest logits are kept, of equal ones the lower
/// ids first; of them the fewest, the largest first, whose probabilities reach `top_p`. The draw walks what is kept in the
/// order of ids. docs/numerics.md has the arithmetic.
///
/// REQUIRES: logits is not empty; check_params accepts params. O(vocab_size + kept * log(vocab_size)), with memory for 16
/// bytes a token of the vocabulary.
[[nodiscard]] std::optional<TokenId> sample(std::span<const float> logits, const SamplingParams& params,
                                            std::size_t answer, std::size_t index);

}  // namespace radixlab
