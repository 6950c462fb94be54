/// \file
/// Comparing logits so that NaN can never pass: a test fails unless equality, or closeness, is proved.
#pragma once
#include <optional>
#include <span>

namespace radixlab {

/// The first index at which the two differ in any bit or one is not finite; the shorter length if the lengths differ;
/// nothing if they are equal bit for bit and finite throughout. O(n).
std::optional<std::size_t> first_difference(std::span<const float> a, std::span<const float> b);

/// max of |a - b| / (1 + |b|), and NaN if anything is not finite or the lengths differ, so that `error <= tolerance`
/// fails.
double max_error(std::span<const float> a, std::span<const float> b);

}  // namespace radixlab
