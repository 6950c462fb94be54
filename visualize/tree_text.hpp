/// \file
/// A snapshot of any cache manager as text for a terminal: what dot.hpp draws, a line a node. After seed 004's print_tree.
///
///   root, salt 0
///   └─ [7 7]  #3 · 2 tokens · 2 pages: 0, 1 · 2 locks
///      ├─ [3 1]  #2 · 2 tokens · 2 pages: 2, 3 · 1 lock
///      └─ [9]  #4 · 1 token · 1 page: 4 · evictable
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <limits>
#include <string>

#include "contract/snapshot.hpp"

namespace radixlab {

struct TreeTextOptions {
  std::size_t max_tokens = 5;     ///< of a node's text, from its first; ... stands for more
  std::size_t max_page_runs = 3;  ///< runs of neighbouring page ids named in a line
  std::string indent;             ///< stands before each line
  /// Readable text of one token, as in DotOptions. Empty: token numbers.
  std::function<std::string(TokenId)> token_text;
  std::size_t max_text = 60;  ///< [characters] of a node's readable text; longer ones lose their middle
  std::size_t max_children = std::numeric_limits<std::size_t>::max();  ///< as in DotOptions
  std::size_t max_lines = std::numeric_limits<std::size_t>::max();     ///< of all: as max_boxes in DotOptions
};

/// Children stand under their parents, in the snapshot's order. What is neither locked nor evictable is evictable when
/// all below it is gone. With max_children or max_lines a large tree is folded as to_dot folds it; else nothing is folded
/// away. A snapshot that breaks the contract's rules is printed as it is: a parent that does not exist gets a line that
/// says so. O(nodes (log nodes + depth)).
void print_tree(std::ostream& out, const Snapshot& snapshot, const TreeTextOptions& options = {});

}  // namespace radixlab
