/// \file
/// Chapter 03, tasks 3.1 and 3.2: which of many sequences shares the longest prefix with a query, without reading them.
///
/// Every prefix of every sequence is indexed, but each distinct one once: its entry says which sequence came first with
/// it. A sequence that comes later only notes where it leaves that one, and indexes what is new behind this fork:
///
///   0   7 7 3 1 9        entries 7, 77, 773, 7731, 77319           branch 0: nothing of it was known
///   1   7 7 3 4          entry  7734                               leaves 0 after 3 tokens
///   2   7 7 3 1 2        entry  77312                              leaves 0 after 4
///
/// Invariants:
///
///   R1   the hash of a prefix is one step from the hash of the prefix a token shorter: n steps for n tokens
///   R2   if a prefix is indexed, so is every shorter one: the longest known prefix can be searched by halves
///   I12  a hash says where to look, tokens decide: a collision costs time and changes no answer
///
/// After seed 004, section 2.2 (its repair S7: there each prefix is hashed anew, O(n^2), and no hit is verified).
#pragma once
#include <span>

#include "03-hash-matching/prefix_table.hpp"
#include "contract/cache_manager.hpp"

namespace radixlab {

/// The hash of a prefix from that of the prefix before its last token; the empty prefix has 0. O(1).
using RollingHash = std::uint64_t (*)(std::uint64_t before, TokenId last);
std::uint64_t roll_hash(std::uint64_t before, TokenId last);  ///< the one to use: each token changes it

/// A sequence that shares a prefix with the query. `sequence` is -1, and `length` 0, where none does.
struct MatchingPrefix {
  std::ptrdiff_t sequence = -1;  ///< as index_sequence() named it
  std::size_t length = 0;        ///< [tokens]
  bool operator==(const MatchingPrefix&) const = default;
};

/// Owns a copy of each sequence, 4 bytes a token, to verify against, and up to 32 bytes a distinct prefix once there are
/// many. memory_bytes() says what it is.
class HashBasedPrefixMatcher {
 public:
  explicit HashBasedPrefixMatcher(RollingHash roll = roll_hash) : roll_(roll) {}

  /// 3.1  Indexes every prefix of `sequence` [n]; answers its number, counted from 0. What is known already is
  ///      find_longest()'s answer (3.2). O(n) to hash, and what find_best() costs to verify. Throws std::length_error,
  ///      with nothing changed, for a sequence or a number beyond 2^32 - 1.
  std::size_t index_sequence(std::span<const TokenId> sequence);

  /// 3.2  The sequence with the longest prefix of `query` [n], the lowest number of equals. O(min(n, longest sequence))
  ///      to hash: what stands behind cannot match, so it is not hashed. Then O(log n) look-ups, each verified from the
  ///      first token on: O(n log n) at worst, O(n) where one sequence has it all.
  MatchingPrefix find_best(std::span<const TokenId> query) const;

  /// 3.2  Every sequence that shares a prefix with `query` [n], once, with the longest that it shares; find_best()'s
  ///      comes first. That, and O(matches).
  std::vector<MatchingPrefix> find_matching_prefixes(std::span<const TokenId> query) const;

  std::size_t num_sequences() const { return sequences_.size(); }
  std::size_t num_prefixes() const { return table_.size(); }  ///< distinct ones
  std::size_t look_ups() const { return table_.look_ups(); }  ///< in the table, of all calls so far
  std::size_t memory_bytes() const;                           ///< of text, table and notes, with spare room

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Sequence {
    std::size_t begin;                                // of its tokens in text_
    std::uint32_t length;                             // [tokens]
    std::uint32_t parent, branch;                     // the sequence that it leaves, after so many tokens; kNone, 0
    std::uint32_t first_child = kNone, next = kNone;  // those that leave it; and the next one that leaves its parent
  };

  std::vector<std::uint64_t> prefix_hashes(std::span<const TokenId> sequence) const;  // 3.1: [n], of prefix 1 .. n

  // 3.2: the longest indexed prefix of `query` [n] and who came first with it; `hashes` [n] are its prefixes'.
  MatchingPrefix find_longest(std::span<const TokenId> query, std::span<const std::uint64_t> hashes) const;

  std::span<const TokenId> tokens(std::size_t sequence) const;
  // Notes a sequence that leaves another at `known`, which is empty where it has no prefix in common with any.
  std::size_t add_sequence(std::span<const TokenId> sequence, MatchingPrefix known);

  RollingHash roll_;
  PrefixTable table_;
  std::vector<Sequence> sequences_;
  std::vector<TokenId> text_;  // of all sequences, one behind the other
  std::size_t longest_ = 0;    // [tokens] of a sequence
};

}  // namespace radixlab
