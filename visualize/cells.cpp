#include "visualize/cells.hpp"

#include <fmt/format.h>

#include "visualize/label_text.hpp"

namespace radixlab {

const std::string_view kCellsHead = R"(digraph cells {
  graph [bgcolor="#ffffff", fontname="Helvetica,Arial,sans-serif", fontsize=12, fontcolor="#1f2937"];
  node [shape=plain, fontname="Helvetica,Arial,sans-serif", fontsize=12, fontcolor="#1f2937"];
  edge [arrowhead=none, color="#4b5563"];
)";

namespace {

std::string cell(const Cell& c) {
  std::string form = c.colour.empty() ? R"(BORDER="0")" : fmt::format(R"(BGCOLOR="{}")", c.colour);
  if (c.width > 0) form += fmt::format(R"( WIDTH="{}")", c.width);
  if (c.columns > 1) form += fmt::format(R"( COLSPAN="{}")", c.columns);
  if (!c.port.empty()) form += fmt::format(R"( PORT="{}")", c.port);
  if (c.left) form += R"( ALIGN="LEFT")";
  std::string text = escape_label(visible_text(c.text));
  if (c.bold && !text.empty()) text = fmt::format("<B>{}</B>", text);
  return fmt::format("<TD {}>{}</TD>", form, text);
}

}  // namespace

std::string cell_table(const CellRows& rows) {
  std::string out = R"(<TABLE BORDER="0" CELLBORDER="1" COLOR="#6b7280" CELLSPACING="2" CELLPADDING="4">)";
  for (const auto& row : rows) {
    out += "\n    <TR>";
    for (const Cell& c : row) out += cell(c);
    out += "</TR>";
  }
  return out + "</TABLE>";
}

std::string to_dot_cells(const CellRows& rows) {
  return fmt::format("{}  cells [label=<{}>];\n}}\n", kCellsHead, cell_table(rows));
}

}  // namespace radixlab
