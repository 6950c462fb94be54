/// \file
/// Lines over a share of something, in Graphviz's DOT language: each point stands where it must, and render.hpp makes SVG and PNG
/// of it. The text depends on what is given alone, so pictures can be compared and committed.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace radixlab {

struct PlotLine {
  std::string name;       ///< stands beside the field, in its colour
  std::vector<double> y;  ///< one for each x [0 .. 1]
  std::string_view colour = "#1f2937";
  std::string_view style = "solid";  ///< of a line in DOT: solid, dashed, dotted
  double width = 1.3;                ///< [points]
};

struct Plot {
  std::string title, x_says, y_says;
  std::vector<double> x;              ///< above 0, ascending; the axis is logarithmic, and each has a tick
  std::vector<std::string> x_labels;  ///< one for each x
  std::vector<PlotLine> lines;
};

/// y runs from 0 to the next tenth above all values, in percent. The names stand beside the field, that of the highest line first. Throws std::invalid_argument if a line has not a y for each x, or there are fewer than two x.
std::string to_dot_plot(const Plot& plot);

}  // namespace radixlab
