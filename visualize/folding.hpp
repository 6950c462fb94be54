/// \file
/// Which boxes of a picture, or lines of a text, are shown, and what stands for the others. For drawing.hpp and
/// tree_text.hpp, not for others.
///
///   root---[ a ]---[ b ]---( 9,996 more nodes on this path )---[ c ]---[ d ]    a long path loses its middle
///      `---[ e ]                                                  what shelters a lock, or has most pages, stays
///      `---( 37 more branches )                                   the others of a parent are one box
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "contract/snapshot.hpp"

namespace radixlab {

inline constexpr std::size_t kNoItem = static_cast<std::size_t>(-1);

/// A box or a line, before anything is folded away.
struct FoldItem {
  std::size_t parent = kNoItem;    ///< an item before this one
  const NodeView* view = nullptr;  ///< none: a salt's root, or a parent that is named but is not there
  bool changed = false;            ///< something happened to the node: it is shown before others
};

struct FoldLimits {
  std::size_t max_children;  ///< shown below one parent, where they shelter no lock
  std::size_t max_items;     ///< shown altogether, folds counted
};

/// What is in an item and all below it, or in a fold.
struct FoldSum {
  std::size_t nodes = 0, pages = 0;
  std::size_t locked = 0, evictable = 0, changed = 0;  ///< of the nodes
  FoldSum& operator+=(const FoldSum& other);
  FoldSum& operator-=(const FoldSum& other);
};

/// What stands for hidden items: below `parent`, and above `below` if it is the middle of a path.
struct Fold {
  std::size_t parent = kNoItem, below = kNoItem;
  std::size_t on_path = 0;   ///< nodes of the path that it stands for; `sum` has what hangs beside them too
  std::size_t branches = 0;  ///< children of `parent` that it stands for
  bool are_nodes = true;     ///< these children are nodes; else salts
  FoldSum sum;

  /// "8 more branches, 16 nodes, 16 pages; 2 nodes locked, 5 evictable"
  std::string words(bool in_tree) const;
};

struct Folding {
  std::vector<bool> hidden;  ///< one an item
  std::vector<Fold> folds;   ///< by parent, those of no parent last
};

/// First each parent keeps its first `max_children` children, after those that shelter a lock and those that changed. If
/// more than `max_items` are left, then what shelters a lock is shown first, then what changed, then the subtrees of most
/// pages, down to a depth that can be read; ties are broken by place, so that equal items give equal answers. A path
/// on which nothing forks and no lock ends shows its first and last nodes only; what locked nodes of a path have beside
/// them is folded with the path's middle. A lock is hidden only where more of them end than there are items to show, and
/// then the fold says so. O(items log items).
Folding fold(const std::vector<FoldItem>& items, const FoldLimits& limits);

}  // namespace radixlab
