// Given: the matcher's parts that are not a task.
#include "03-hash-matching/hash_based_prefix_matcher.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace radixlab {

std::uint64_t roll_hash(std::uint64_t before, TokenId last) {
  return (std::rotl(before, 5) ^ (static_cast<std::uint32_t>(last) + 1ULL)) * 0x9e3779b97f4a7c15U;
}

std::span<const TokenId> HashBasedPrefixMatcher::tokens(std::size_t sequence) const {
  const Sequence& s = sequences_[sequence];
  return std::span(text_).subspan(s.begin, s.length);
}

std::size_t HashBasedPrefixMatcher::add_sequence(std::span<const TokenId> sequence, MatchingPrefix known) {
  const std::size_t id = sequences_.size();
  if (sequence.size() > UINT32_MAX || id >= kNone)
    throw std::length_error("HashBasedPrefixMatcher: more than 2^32 - 1 tokens in a sequence, or sequences");
  Sequence note{text_.size(), static_cast<std::uint32_t>(sequence.size()), kNone, 0};
  if (sequences_.size() == sequences_.capacity()) sequences_.reserve(2 * id + 4);
  text_.insert(text_.end(), sequence.begin(), sequence.end());  // the last step that can fail
  if (known.length > 0) {
    Sequence& parent = sequences_[static_cast<std::size_t>(known.sequence)];
    note.parent = static_cast<std::uint32_t>(known.sequence);
    note.branch = static_cast<std::uint32_t>(known.length);
    note.next = parent.first_child;
    parent.first_child = static_cast<std::uint32_t>(id);
  }
  sequences_.push_back(note);
  longest_ = std::max(longest_, sequence.size());
  return id;
}

std::size_t HashBasedPrefixMatcher::memory_bytes() const {
  return table_.memory_bytes() + sequences_.capacity() * sizeof(Sequence) + text_.capacity() * sizeof(TokenId);
}

}  // namespace radixlab
