/// \file
/// A story as a person reads it: a short line a call, and the tree that the calls say is cached.
///
///   1  insert  [7 7 3 1]  -> 0 cached
///   2  lock    [7 7 3 1]
///   3  evict   2 pages    -> refused: I25: asked to evict 2 pages, 0 are evictable
/// Nothing is replayed and no manager is asked: what the lines say is followed. So any story can be played, that of a
/// broken manager too, and beside its own tree stands the one that ought to be there.
#pragma once
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "contract/snapshot.hpp"

namespace radixlab {

struct StoryLine {
  std::size_t number = 0;  ///< of the call, from 1; 0: no call but the rule that was broken
  std::string what;        ///< "insert  [7 7 3 1]", or the rule
  std::string result;      ///< "0 cached"; empty where a call has none
};

class StoryFollower {
 public:
  /// Reads `story`, which must outlive it, a line at a time; `name` stands in messages.
  StoryFollower(std::istream& story, std::string name);
  ~StoryFollower();

  /// Follows the next line; nothing at the end. Throws InputError ("story.jsonl:7: ...") if it is no line of a story.
  /// O(pages x tokens).
  std::optional<StoryLine> next();

  /// What is cached by the calls so far, as a tree: a node ends where texts part, where an insert ended and where locks
  /// differ. Clocks and hits are not told and stay 0. O(pages x tokens).
  Snapshot snapshot() const;

 private:
  class Player;
  std::unique_ptr<Player> player_;
};

/// The tree in words, a line a node, its children below it: "[7 7]  pages 0-1  locked".
std::vector<std::string> tree_lines(const Snapshot& snapshot);

}  // namespace radixlab
