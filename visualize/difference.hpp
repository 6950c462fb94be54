/// \file
/// What happened to a cache between two snapshots, in numbers and as one picture.
#pragma once

#include <string>

#include "visualize/dot.hpp"

namespace radixlab {

struct Difference {
  std::size_t added = 0, evicted = 0;              ///< nodes, a half that went counted as one
  std::size_t split = 0;                           ///< nodes of `before` that are in more than one piece now
  std::size_t joined = 0;                          ///< nodes of `after` that were more than one
  std::size_t moved = 0;                           ///< nodes whose text is kept in other pages
  std::size_t locked = 0, unlocked = 0;            ///< nodes that stayed
  std::size_t pages_added = 0, pages_evicted = 0;  ///< a moved page is neither

  /// Another tree, whoever holds locks in it.
  bool changed() const { return added + evicted + split + joined + moved > 0; }
  /// "2 nodes added, 1 split, 3 evicted: +4 -6 pages", or "nothing changed".
  std::string summary() const;
};

/// Nodes are known again by their text and salt, whatever their ids. Throws std::invalid_argument if both hold
/// something and are of different page sizes, or one of a tree and one not. O(tokens log pages).
Difference find_difference(const Snapshot& before, const Snapshot& after);

/// Both in one tree: what was added, evicted, cut in two, moved or locked has a sign, a word, a colour and a line of
/// its own; what stayed is plain. A node that a split cut stands as the halves of the old one. Texts, folding and
/// errors as in to_dot and find_difference; a legend names what occurs, and the summary stands above it.
std::string to_dot_difference(const Snapshot& before, const Snapshot& after, const DotOptions& options = {});

}  // namespace radixlab
