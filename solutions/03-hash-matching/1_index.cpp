#include "03-hash-matching/hash_based_prefix_matcher.hpp"

namespace radixlab {

std::vector<std::uint64_t> HashBasedPrefixMatcher::prefix_hashes(std::span<const TokenId> sequence) const {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(sequence.size());
  std::uint64_t hash = 0;
  for (const TokenId token : sequence) hashes.push_back(hash = roll_(hash, token));  // from the shorter one's (R1)
  return hashes;
}

std::size_t HashBasedPrefixMatcher::index_sequence(std::span<const TokenId> sequence) {
  const std::vector<std::uint64_t> hashes = prefix_hashes(sequence);
  const MatchingPrefix known = find_longest(sequence, hashes);
  table_.make_room(sequence.size() - known.length);  // so that nothing fails when the sequence is noted
  const std::size_t id = add_sequence(sequence, known);
  for (std::size_t length = known.length + 1; length <= sequence.size(); ++length)
    table_.put(hashes[length - 1], id, length);
  return id;
}

}  // namespace radixlab
