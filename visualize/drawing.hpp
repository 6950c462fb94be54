/// \file
/// How to_dot and to_dot_difference draw a snapshot: boxes, edges, folding, caption. Not for others.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "visualize/dot.hpp"
#include "visualize/folding.hpp"

namespace radixlab {

/// What a picture says beside the snapshot itself. Texts are HTML-like labels unless they say otherwise.
struct Annotations {
  /// How a node differs from the node of an older snapshot.
  struct Mark {
    std::string name;        ///< plain: as its own snapshot names it, "#5"
    std::string words;       ///< plain: a row of its own, "+ ADDED"; empty: nothing happened to it
    bool locked_now;         ///< it was not locked before
    std::string_view style;  ///< of the box, in DOT
    std::string_view edge;   ///< of the edge to its parent, in DOT
  };
  /// A small box of the legend.
  struct Sample {
    std::string_view frame, word, meaning;
  };
  std::string caption;          ///< the line below the picture
  std::vector<Sample> samples;  ///< the legend below that
  std::vector<Mark> marks;      ///< one a node, or none at all: then a node stands as its use says
};

/// How a locked node looks, in every picture.
extern const std::string_view kLockedBox;
extern const Annotations::Sample kLockedSample;

class Drawing {
 public:
  /// All three must outlive it.
  Drawing(const Snapshot& snapshot, const DotOptions& options, const Annotations& annotations);

  std::string text();  ///< in DOT

 private:
  /// What is drawn: a salt's root, a node, a parent that a broken snapshot names but does not have, or a fold.
  struct Item {
    std::string name;                ///< in DOT
    std::string label;               ///< HTML-like; of a node: the rows of a table, once it is sure to be shown
    std::string style;               ///< in DOT
    std::string edge;                ///< to its parent, in DOT
    std::size_t parent = kNoItem;    ///< an item before this one, or a fold
    const NodeView* view = nullptr;  ///< of a node
    const Annotations::Mark* mark = nullptr;  ///< of a node
    bool hidden = false;                      ///< folded away
  };

  // What there is to draw.
  void add(const NodeView& view, const Annotations::Mark* mark);
  std::size_t parent_of(const NodeView& view);
  std::string rows_of(const NodeView& view, const Annotations::Mark* mark);
  std::string row(const std::vector<std::u32string>& lines, bool small_print);
  void fold_away();
  void put_fold(const Fold& fold);

  // How it is written.
  void open_frame();
  void put_boxes();
  void put_edges();
  void put_caption();

  const Snapshot& snapshot_;
  const DotOptions& options_;
  const Annotations& annotations_;
  std::vector<Item> items_;                     // parents before children
  std::map<std::uint32_t, std::size_t> roots_;  // by salt
  std::map<std::uint32_t, std::size_t> by_id_;
  std::size_t table_width_ = 0;  // [points] the same for all nodes, so that boxes stand in columns
  std::string out_;
};

}  // namespace radixlab
