#include <algorithm>

#include "02-longest-common-prefix/prefix_detector.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::size_t PrefixDetector::find_longest_common_prefix(std::span<const TokenId> a, std::span<const TokenId> b) {
  todo("2.1",
       "After how many tokens do you know the answer for one candidate, and what do you "
       "do with the next one that is just as good?",
       a, b);
}

PrefixMatch PrefixDetector::find_best_prefix_match(std::span<const TokenId> new_sequence,
                                                   std::span<const std::vector<TokenId>> candidates) const {
  todo("2.1", "The hint stands above.", new_sequence, candidates);
}

}  // namespace radixlab
