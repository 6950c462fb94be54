/// \file
/// Seeded numbers that are the same on every processor: SplitMix64 and whole numbers alone. No library of mathematics is asked,
/// since theirs differ in the last bit.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "contract/cache_manager.hpp"
#include "storage/split_mix.hpp"

namespace radixlab {

class WorkloadRandom {
 public:
  static constexpr std::uint64_t kVocabulary = 128'256;

  explicit WorkloadRandom(std::uint64_t seed) : state_(split_mix(seed + kSplitMixStep)) {}
  std::uint64_t next() { return split_mix(state_ += kSplitMixStep); }
  /// 0 .. n-1. REQUIRES: n > 0.
  std::size_t below(std::size_t n) { return next() % n; }
  /// low .. high.
  std::size_t between(std::size_t low, std::size_t high) { return low + below(high - low + 1); }
  /// 0 .. n-1, by Zipf's law: i comes 1 / (i + 1) as often as 0. O(n).
  std::size_t zipf(std::size_t n) {
    constexpr std::uint64_t kOne = 1 << 20;
    std::uint64_t all = 0, i = 0;
    for (std::size_t rank = 1; rank <= n; ++rank) all += kOne / rank;
    for (std::uint64_t at = next() % all; at >= kOne / (i + 1); ++i) at -= kOne / (i + 1);
    return i;
  }
  void append(std::vector<TokenId>& text, std::size_t tokens) {
    text.reserve(text.size() + tokens);
    while (tokens-- > 0) text.push_back(static_cast<TokenId>(next() % kVocabulary));
  }
  std::vector<TokenId> text(std::size_t tokens) {
    std::vector<TokenId> some;
    append(some, tokens);
    return some;
  }
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i-- > 1;) std::swap(items[i], items[below(i + 1)]);
  }

 private:
  std::uint64_t state_;
};

/// A hash id stands for so many tokens.
inline constexpr std::size_t kHashBlock = 512;

/// Appends the first `tokens` tokens of the block called `id`: the same for the same id, so that equal prefixes are equal.
/// REQUIRES: tokens <= kHashBlock.
inline void append_hash_block(std::vector<TokenId>& text, std::uint64_t id, std::size_t tokens) {
  WorkloadRandom(id).append(text, tokens);
}

}  // namespace radixlab
