/// \file
/// How far two token runs agree: the one loop that a look-up spends its time in.
#pragma once
#include <span>

#include "contract/cache_manager.hpp"

namespace radixlab {

/// Length of the longest common prefix of a [n] and b [m], in tokens. O(answer). Chapter 02's second task is its body.
std::size_t get_match_len(std::span<const TokenId> a, std::span<const TokenId> b);

}  // namespace radixlab
