#include "visualize/plot.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>
#include <stdexcept>

#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

constexpr double kLeft = 40, kRight = 520, kBottom = 40, kTop = 340;  // [points] of the field
constexpr double kNamesAt = 540, kNameHeight = 19, kNameWidth = 150;  // of the lines' names, beside it
constexpr std::string_view kPlotHead = R"(graph plot {
  graph [layout=neato, inputscale=72, notranslate=true, splines=line, outputorder=nodesfirst, bgcolor="#ffffff"];
  node [shape=plaintext, fontname="Helvetica,Arial,sans-serif", fontsize=12, fontcolor="#1f2937", margin=0, width=0, height=0];
  edge [color="#d1d5db"];
)";

/// Writes nodes at places and edges between them.
class PlotDrawing {
 public:
  /// A node without words that edges may name.
  std::string point(double x, double y, std::string_view colour = "", double size = 0) {
    std::string name = fmt::format("n{}", count_++);
    out_ += size > 0 ? fmt::format("  {} [shape=point, width={:.3f}, color=\"{}\", pos=\"{:.1f},{:.1f}!\"];\n", name,
                                   size / 72, colour, x, y)
                     : fmt::format("  {} [shape=none, label=\"\", pos=\"{:.1f},{:.1f}!\"];\n", name, x, y);
    return name;
  }
  /// `align`: c(entre), l(eft) or r(ight) of x, in a box of `width` [points].
  void text(double x, double y, const std::string& words, char align, double width, std::string_view form = "") {
    const double middle = align == 'l' ? x + width / 2 : align == 'r' ? x - width / 2 : x;
    const std::string cell = fmt::format(
        R"(<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR><TD WIDTH="{}" ALIGN="{}">{}</TD></TR></TABLE>)",
        width,
        align == 'l'   ? "LEFT"
        : align == 'r' ? "RIGHT"
                       : "CENTER",
        escape_label(visible_text(words)));
    out_ += fmt::format("  n{} [label=<{}>, pos=\"{:.1f},{:.1f}!\"{}];\n", count_++, cell, middle, y, form);
  }
  void line(const std::string& from, const std::string& to, std::string_view form = "") {
    out_ += fmt::format("  {} -- {}{};\n", from, to, form);
  }
  std::string done() { return std::string(kPlotHead) + out_ + "}\n"; }

 private:
  std::string out_;
  std::size_t count_ = 0;
};

void check(const Plot& plot) {
  if (plot.x.size() < 2 || plot.x_labels.size() != plot.x.size() || plot.x.front() <= 0 ||
      !std::ranges::is_sorted(plot.x))
    throw std::invalid_argument("to_dot_plot: expected two x or more, ascending from above 0, and a label for each");
  for (const PlotLine& line : plot.lines)
    if (line.y.size() != plot.x.size())
      throw std::invalid_argument(
          fmt::format("to_dot_plot: line {} has {} values, expected {}", line.name, line.y.size(), plot.x.size()));
}

/// From values to places.
class Axes {
 public:
  explicit Axes(const Plot& plot) : low_(std::log(plot.x.front())), high_(std::log(plot.x.back())) {
    double most = 0;
    for (const PlotLine& line : plot.lines) most = std::max(most, std::ranges::max(line.y));
    tenths_ = std::clamp(static_cast<int>(std::ceil(most * 10 - 1e-9)), 1, 10);
  }
  double x(double value) const { return kLeft + (std::log(value) - low_) / (high_ - low_) * (kRight - kLeft); }
  double y(double value) const { return kBottom + value * 10 / tenths_ * (kTop - kBottom); }
  int tenths() const { return tenths_; }

 private:
  double low_, high_;
  int tenths_ = 1;
};

void draw_grid(PlotDrawing& drawing, const Plot& plot, const Axes& axes) {
  for (int tenth = 0; tenth <= axes.tenths(); ++tenth) {
    const double y = axes.y(tenth / 10.0);
    drawing.line(drawing.point(kLeft, y), drawing.point(kRight, y));
    drawing.text(kLeft - 6, y, fmt::format("{} %", tenth * 10), 'r', 36);
  }
  for (std::size_t i = 0; i < plot.x.size(); ++i) {
    const double x = axes.x(plot.x[i]);
    drawing.line(drawing.point(x, kBottom), drawing.point(x, kTop));
    drawing.text(x, kBottom - 12, plot.x_labels[i], 'c', 40);
  }
  drawing.text(kLeft, kTop + 38, plot.title, 'l', kRight - kLeft, ", fontsize=14");
  drawing.text(kLeft, kTop + 16, plot.y_says, 'l', kRight - kLeft);
  drawing.text((kLeft + kRight) / 2, kBottom - 32, plot.x_says, 'c', kRight - kLeft);
}

std::string form_of(const PlotLine& line) {
  return fmt::format(" [color=\"{}\", style={}, penwidth={:.1f}]", line.colour, line.style, line.width);
}

void draw_line(PlotDrawing& drawing, const Plot& plot, const PlotLine& line, const Axes& axes) {
  std::string before;
  for (std::size_t i = 0; i < plot.x.size(); ++i) {
    std::string here = drawing.point(axes.x(plot.x[i]), axes.y(line.y[i]), line.colour, 2.2 + line.width);
    if (!before.empty()) drawing.line(before, here, form_of(line));
    before = std::move(here);
  }
}

/// A piece of each line and its name, the highest line first.
void draw_names(PlotDrawing& drawing, const Plot& plot) {
  std::vector<const PlotLine*> order;
  for (const PlotLine& line : plot.lines) order.push_back(&line);
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [](const PlotLine* line) { return std::accumulate(line->y.begin(), line->y.end(), 0.0); });
  double y = kTop - 4;
  for (const PlotLine* const line : order) {
    drawing.line(drawing.point(kNamesAt, y), drawing.point(kNamesAt + 28, y), form_of(*line));
    drawing.text(kNamesAt + 36, y, line->name, 'l', kNameWidth, fmt::format(", fontcolor=\"{}\"", line->colour));
    y -= kNameHeight;
  }
}

}  // namespace

std::string to_dot_plot(const Plot& plot) {
  check(plot);
  const Axes axes(plot);
  PlotDrawing drawing;
  draw_grid(drawing, plot, axes);
  for (const PlotLine& line : plot.lines) draw_line(drawing, plot, line, axes);
  draw_names(drawing, plot);
  return drawing.done();
}

}  // namespace radixlab
