/// \file
/// A name of 64 bits for a page of a text and all that stands before it: for who remembers texts that are gone.
///
///   tokens  7 7 3 1 | 9 9 4 2 | 5 5        P = 4: two whole pages; the rest has no name
///           h0 = hash(salt, 7 7 3 1)
///                     h1 = hash(h0, 9 9 4 2)
///
/// A name is no proof: two texts may share one. So it may decide which page goes, and never which page answers (I12).
#pragma once
#include "contract/cache_manager.hpp"

namespace radixlab {

/// The name of a page [P] from that of the page before it; from the salt for the first of a text. O(P).
std::uint64_t hash_page(std::uint64_t before, std::span<const TokenId> page);

/// The names of the whole pages of `key` [n / P]. O(n).
std::vector<std::uint64_t> page_hashes(PrefixKey key, std::size_t page_size);

}  // namespace radixlab
