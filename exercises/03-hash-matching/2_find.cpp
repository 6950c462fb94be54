#include <algorithm>

#include "03-hash-matching/hash_based_prefix_matcher.hpp"
#include "contract/todo.hpp"
#include "storage/match_len.hpp"

namespace radixlab {

MatchingPrefix HashBasedPrefixMatcher::find_longest(std::span<const TokenId> query,
                                                    std::span<const std::uint64_t> hashes) const {
  todo("3.2", "If the prefix of 300 tokens is not indexed, which other lengths need you not look up?", query, hashes);
}

MatchingPrefix HashBasedPrefixMatcher::find_best(std::span<const TokenId> query) const {
  todo("3.2", "The hint stands above.", query);
}

std::vector<MatchingPrefix> HashBasedPrefixMatcher::find_matching_prefixes(std::span<const TokenId> query) const {
  todo("3.2", "The hint stands above.", query);
}

}  // namespace radixlab
