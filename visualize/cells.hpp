/// \file
/// Pictures that are rows of cells, in Graphviz's DOT language: bars, pages of a pool, tokens of a text. render.hpp
/// makes SVG and PNG of them; the text depends on what is given alone, so pictures can be compared and committed.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace radixlab {

/// Backgrounds that differ in black and white too.
namespace cell_colour {
inline constexpr std::string_view own = "#dcebf8";     ///< light: one request's own
inline constexpr std::string_view shared = "#f6c77d";  ///< darker: shared, or kept for others
inline constexpr std::string_view wasted = "#f2b8b5";  ///< darker: done or held once more than needed
inline constexpr std::string_view empty = "#ffffff";   ///< a place where nothing is
inline constexpr std::string_view none;                ///< words without a frame
}  // namespace cell_colour

struct Cell {
  std::string text;                             ///< UTF-8
  std::string_view colour = cell_colour::none;  ///< with a frame, unless there is none
  std::size_t width = 0;                        ///< [points] at least
  std::size_t columns = 1;                      ///< that it spans
  bool bold = false, left = false;              ///< left: text begins at its left edge
  std::string_view port;                        ///< a name for edges, "node:port"
};
using CellRows = std::vector<std::vector<Cell>>;

/// An HTML-like label, to stand between < and >. A row must not be empty.
std::string cell_table(const CellRows& rows);

/// A whole picture of one table.
std::string to_dot_cells(const CellRows& rows);

/// The first lines of a picture whose nodes are cell_table labels, in the fonts of all our pictures; a } ends it.
extern const std::string_view kCellsHead;

}  // namespace radixlab
