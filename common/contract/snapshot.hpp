/// \file
/// What a manager holds, as plain data: the input of every picture and of check_integrity().
///
/// The checker reads a snapshot alone, so it can name the rules that one moment shows: I1, I2, I3, I5, I6, I11,
/// I16 (from below) and I17. Rules about calls, handles and free pages (I4, I7-I12, exact I16, I18-I28, I36) are Story's.
#pragma once
#include "contract/cache_manager.hpp"

namespace radixlab {

/// What a manager remembers about the use of a node. A split copies it to the new upper half (I14).
struct Usage {
  std::size_t ref_count = 0;      ///< locks that end here or below
  std::uint64_t created = 0;      ///< [ticks of the manager's logical clock]
  std::uint64_t last_used = 0;    ///< [ticks]
  std::uint64_t hits = 0;         ///< look-ups whose answer passes through here
  std::int32_t priority = 0;      ///< chapter 07: retention
  std::uint64_t expires = 0;      ///< [ticks] end of that priority
  std::uint64_t policy_word = 0;  ///< the eviction policy's own (chapter 05)
  bool operator==(const Usage&) const = default;
};

struct NodeView {
  std::uint32_t id = 0, parent = 0;  ///< ids as the picture shows them, from 1; parent 0: at the top
  std::uint32_t cache_salt = 0;
  std::vector<TokenId> tokens;  ///< of this node's edge
  std::vector<PageId> pages;    ///< held by this node [ceil(tokens / P)]
  Usage use;
  bool evictable = false;  ///< stands in the manager's eviction order
  bool operator==(const NodeView&) const = default;
};

struct Snapshot {
  std::size_t page_size = 1;
  bool tree = false;            ///< nodes are a tree with an eviction order: I2, I5 and I6 hold too
  SizeInfo claimed;             ///< what size_info() said at that moment
  std::vector<NodeView> nodes;  ///< parents before children, siblings in the order of their tokens
  bool operator==(const Snapshot&) const = default;
};

/// A broken rule: what() begins with its name, and says what was expected and what was found.
struct IntegrityError : std::logic_error {
  using std::logic_error::logic_error;
};

/// Throws IntegrityError with the first broken rule. O(tokens in the snapshot, times log of its nodes).
void check(const Snapshot& snapshot);

}  // namespace radixlab
