/// \file
/// A snapshot of any cache manager as a picture, in Graphviz's DOT language. render.hpp makes SVG and PNG of it.
///
///   ( root )---[ the document's text ]---[ question 1 ]      one box a node: text, tokens, pages, page ids
///                                    `===[ question 2 ]      thick: locked, a running request stands here
///
/// The text depends on the snapshot and the options alone, so pictures can be compared and committed.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "contract/snapshot.hpp"

namespace radixlab {

struct DotOptions {
  /// Readable text of one token, UTF-8, with the blanks that belong to it; texts of a node's tokens are joined, so a
  /// character may be spread over byte tokens. Empty: token numbers.
  std::function<std::string(TokenId)> token_text;
  std::string title;              ///< stands above the picture; UTF-8
  std::size_t max_text = 96;      ///< [characters] of a node's text; longer ones lose their middle
  std::size_t line_width = 38;    ///< [characters] of a line in a box
  std::size_t max_page_runs = 3;  ///< runs of neighbouring page ids named in a box
  std::size_t max_children = 12;  ///< shown below one node; unlocked ones beyond fold into one box
  bool fit_page = true;           ///< a wide picture is shrunk to a page's width; else a deep tree stays readable
  std::size_t max_boxes = 80;     ///< of the whole picture; whole subtrees of a larger one fold into one box each
};

/// Draws `snapshot`. A tree gets a root a salt; other managers' entries stand as boxes, joined where one names another
/// as its parent. Locked nodes have a thick frame, a thick edge and the word LOCKED, evictable ones a dashed frame, so
/// both read in black and white. What is folded away is the least interesting (folding.hpp): what holds no lock and has the
/// fewest pages. A fold says how many nodes and pages it stands for, and how many nodes are locked or evictable. A node
/// where a lock ends is folded away only if there are more of them than max_boxes. A snapshot that breaks the contract's
/// rules is drawn as it is: a parent that does not exist gets a box that says so. O(nodes log nodes + tokens shown).
std::string to_dot(const Snapshot& snapshot, const DotOptions& options = {});

}  // namespace radixlab
