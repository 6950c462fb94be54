#include <algorithm>
#include <stdexcept>

#include "07-eviction/adaptive_prefix_cache.hpp"

namespace radixlab {
namespace {

/// Calls visit(length, hash) for each prefix of `tokens`, from one token on.
template <class Visit>
void each_prefix(std::span<const TokenId> tokens, RollingHash roll, const Visit& visit) {
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) visit(i + 1, hash = roll(hash, tokens[i]));
}

std::uint64_t hash_of(std::span<const TokenId> prefix, RollingHash roll) {
  std::uint64_t whole = 0;
  each_prefix(prefix, roll, [&](std::size_t, std::uint64_t hash) { whole = hash; });
  return whole;
}

}  // namespace

AdmissionDecision AdaptivePrefixCache::should_cache_prefix(std::span<const TokenId> prefix,
                                                           std::size_t free_tokens) const {
  if (prefix.size() < options_.min_prefix_length) return kTooShort;
  if (prefix.size() > options_.max_prefix_length) return kTooLong;
  if (prefix.size() > free_tokens) return kNoMemory;
  const auto counted = counts_.find(hash_of(prefix, options_.roll));
  if (counted == counts_.end()) return kFirst;
  return counted->second >= 2 ? kHighReuse : kLowReuse;
}

void AdaptivePrefixCache::update_reuse_stats(std::span<const TokenId> prefix) {
  ++counts_[hash_of(prefix, options_.roll)];
}

void AdaptivePrefixCache::update_reuse_stats(std::span<const TokenId> text, std::size_t step) {
  each_prefix(text.first(std::min(text.size(), options_.max_prefix_length)), options_.roll,
              [&](std::size_t length, std::uint64_t hash) {
                if (length >= options_.min_prefix_length && length % step == 0) ++counts_[hash];
              });
}

std::size_t AdaptivePrefixCache::optimize_prefix_length(std::span<const TokenId> tokens, double cost_per_token) const {
  std::size_t best = std::min(tokens.size(), options_.min_prefix_length);
  double most = 0;
  each_prefix(tokens.first(std::min(tokens.size(), options_.max_prefix_length)), options_.roll,
              [&](std::size_t length, std::uint64_t hash) {
                if (length < options_.min_prefix_length) return;
                const auto counted = counts_.find(hash);
                const double reuse = counted == counts_.end() ? 0 : double(counted->second);
                const double value = double(length) * cost_per_token * reuse - 0.1 * double(length);
                if (value > most) most = value, best = length;
              });
  return best;
}

ReuseStatistics AdaptivePrefixCache::statistics() const {
  const auto often = std::ranges::count_if(counts_, [](const auto& counted) { return counted.second >= 5; });
  return {counts_.size(), static_cast<std::size_t>(often)};
}

}  // namespace radixlab
