#include <algorithm>
#include <stdexcept>

#include "07-eviction/adaptive_prefix_cache.hpp"
#include "contract/todo.hpp"

namespace radixlab {

AdmissionDecision AdaptivePrefixCache::should_cache_prefix(std::span<const TokenId> prefix,
                                                           std::size_t free_tokens) const {
  todo("7.4",
       "The seed counts a prefix only after it has decided to cache it, and it decides to cache what was counted. Who "
       "counts first? And of the lengths that are allowed, which is the first that you try, and which the last?",
       prefix, free_tokens);
}

void AdaptivePrefixCache::update_reuse_stats(std::span<const TokenId> prefix) {
  todo("7.4", "The hint stands above.", prefix);
}

void AdaptivePrefixCache::update_reuse_stats(std::span<const TokenId> text, std::size_t step) {
  todo("7.4", "The hint stands above.", text, step);
}

std::size_t AdaptivePrefixCache::optimize_prefix_length(std::span<const TokenId> tokens, double cost_per_token) const {
  todo("7.4", "The hint stands above.", tokens, cost_per_token);
}

ReuseStatistics AdaptivePrefixCache::statistics() const { todo("7.4", "The hint stands above."); }

}  // namespace radixlab
