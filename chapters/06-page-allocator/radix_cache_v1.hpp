/// \file
/// Given, for the demo: the first version of seed 000's cache, by what the seed says was wrong with it. It shares page
/// numbers and not pages: nobody counts who needs a page, so each request frees all pages of its table when it ends.
#pragma once
#include "05-radix-tree/radix_tree.hpp"

namespace radixlab {

/// Chapter 05's tree and nothing else: no locks, no counts, no eviction. Pages of one token.
class RadixCacheV1 {
 public:
  struct MatchResult {
    std::vector<PageId> device_indices;  ///< of the longest cached prefix, one a token
  };

  MatchResult match_prefix(std::span<const TokenId> key);  ///< O(tokens found)

  /// Keeps `indices`, one a token of `key`, of the part that is not cached yet; returns how many were. O(tokens).
  std::size_t insert(std::span<const TokenId> key, std::span<const PageId> indices);

 private:
  RadixTree tree_{1};
};

}  // namespace radixlab
