#include <algorithm>

#include "03-hash-matching/hash_based_prefix_matcher.hpp"
#include "storage/match_len.hpp"

namespace radixlab {

MatchingPrefix HashBasedPrefixMatcher::find_longest(std::span<const TokenId> query,
                                                    std::span<const std::uint64_t> hashes) const {
  MatchingPrefix best;
  std::size_t unknown = std::min(query.size(), longest_) + 1;  // no prefix of this length or more is indexed (R2)
  while (best.length + 1 < unknown) {
    const std::size_t length = best.length + (unknown - best.length) / 2;
    std::size_t same = 0;
    const PrefixTable::Entry* const found = table_.find(hashes[length - 1], length, [&](std::size_t sequence) {
      same = get_match_len(query, tokens(sequence));
      return same >= length;  // else another prefix with the same hash (I12)
    });
    if (found)
      best = {found->sequence, same};  // it may agree further than was asked
    else
      unknown = length;
  }
  return best;
}

MatchingPrefix HashBasedPrefixMatcher::find_best(std::span<const TokenId> query) const {
  query = query.first(std::min(query.size(), longest_));
  return find_longest(query, prefix_hashes(query));
}

std::vector<MatchingPrefix> HashBasedPrefixMatcher::find_matching_prefixes(std::span<const TokenId> query) const {
  std::vector<MatchingPrefix> found;
  MatchingPrefix on_path = find_best(query);
  while (on_path.length > 0) {  // up to the first of the family: with each, the query shares what its child shares
    found.push_back(on_path);
    const Sequence& s = sequences_[static_cast<std::size_t>(on_path.sequence)];
    on_path = {s.parent, s.branch};
  }
  const std::size_t path = found.size();
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto [sequence, length] = found[i];
    const Sequence& s = sequences_[static_cast<std::size_t>(sequence)];
    for (std::uint32_t child = s.first_child; child != kNone; child = sequences_[child].next)
      if (i == 0 || i >= path || child != found[i - 1].sequence)  // that one is in the list
        found.push_back({child, std::min<std::size_t>(length, sequences_[child].branch)});
  }
  return found;
}

}  // namespace radixlab
