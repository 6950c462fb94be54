#include "visualize/drawing.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "io/error.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

// How a node stands to eviction, in colour and in line, so that it reads in black and white; the legend shows the same.
constexpr std::string_view kEvictable = R"(style="rounded,filled,dashed", fillcolor="#eef2f7")";
constexpr std::string_view kInner = R"(style="rounded,filled", fillcolor="#ffffff")";
constexpr std::string_view kRoot = R"(shape=ellipse, style=filled, fillcolor="#374151", fontcolor="#ffffff")";
constexpr std::string_view kFolded = R"(style="rounded,dotted")";
constexpr std::string_view kFoldedLock = R"(style="rounded,dotted", penwidth=3, color="#b45309")";
constexpr std::string_view kMissing = R"(style="filled,dotted", penwidth=2, color="#b91c1c", fillcolor="#fee2e2")";

constexpr std::string_view kHead = R"(digraph cache {
  graph [rankdir=LR, ordering=out, nodesep=0.16, )";
constexpr std::string_view kFitPage = R"(ranksep=0.5, size="10.4,1000")", kAnySize = "ranksep=0.5";
constexpr std::string_view kHeadGoesOn = R"(, bgcolor="#ffffff"];
  graph [fontname="Helvetica,Arial,sans-serif", fontsize=12, fontcolor="#1f2937", labeljust=l];
  node [fontname="Helvetica,Arial,sans-serif", fontsize=12, fontcolor="#1f2937", color="#4b5563"];
  node [shape=box, height=0.3, margin="0.1,0.05"];
  edge [arrowhead=none, color="#4b5563", tailport=e, headport=w];
)";
constexpr std::string_view kRow = R"(<TR><TD ALIGN="LEFT">{}</TD></TR>)";
constexpr std::string_view kLockedEdge = R"( [penwidth=3.5, color="#b45309"])";

std::string small(std::string_view label) { return fmt::format(R"(<FONT POINT-SIZE="10">{}</FONT>)", label); }

}  // namespace

const std::string_view kLockedBox = R"(style="rounded,filled", penwidth=3, color="#b45309", fillcolor="#fff3dc")";
const Annotations::Sample kLockedSample = {R"(BORDER="3" COLOR="#b45309" BGCOLOR="#fff3dc")", "<B>LOCKED</B>",
                                           "a request in progress needs it"};

Drawing::Drawing(const Snapshot& snapshot, const DotOptions& options, const Annotations& annotations)
    : snapshot_(snapshot), options_(options), annotations_(annotations) {
  const auto& marks = annotations.marks;
  for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) add(snapshot.nodes[i], marks.empty() ? nullptr : &marks[i]);
  fold_away();
  for (Item& item : items_)
    if (item.view && !item.hidden) item.label = rows_of(*item.view, item.mark);
}

std::string Drawing::text() {
  out_ = kHead;
  out_ += options_.fit_page ? kFitPage : kAnySize;
  out_ += kHeadGoesOn;
  open_frame();
  put_boxes();
  put_edges();
  out_ += "  }\n";
  put_caption();
  return out_ + "}\n";
}

void Drawing::add(const NodeView& view, const Annotations::Mark* mark) {
  const std::size_t parent = parent_of(view);
  std::string name = fmt::format("n{}", view.id);
  // Two nodes of one id break the contract; both are drawn, and the first has the children.
  if (!by_id_.emplace(view.id, items_.size()).second) name += fmt::format("_{}", items_.size());
  const bool locked = view.use.ref_count > 0;
  const std::string_view style = mark ? mark->style : locked ? kLockedBox : view.evictable ? kEvictable : kInner;
  const std::string_view edge = locked ? kLockedEdge : mark ? mark->edge : "";
  items_.push_back({name, "", std::string(style), std::string(edge), parent, &view, mark});
}

std::size_t Drawing::parent_of(const NodeView& view) {
  const std::size_t next = items_.size();
  if (view.parent == 0) {
    if (!snapshot_.tree) return kNoItem;
    const auto [root, is_new] = roots_.emplace(view.cache_salt, next);
    const std::string label = "root<BR/>" + small(fmt::format("salt {}", view.cache_salt));
    if (is_new) items_.push_back({fmt::format("root{}", view.cache_salt), label, std::string(kRoot)});
    return root->second;
  }
  const auto [parent, is_new] = by_id_.emplace(view.parent, next);
  const std::string label = fmt::format("#{} is named as parent, but is not there", view.parent);
  if (is_new) items_.push_back({fmt::format("n{}", view.parent), label, std::string(kMissing)});
  return parent->second;
}

std::string Drawing::rows_of(const NodeView& view, const Annotations::Mark* mark) {
  std::string text;
  for (const TokenId token : view.tokens) {
    text += options_.token_text ? options_.token_text(token) : fmt::format("{} ", token);
  }
  const std::string held =
      held_words(mark ? mark->name : fmt::format("#{}", view.id), view, snapshot_.tree, options_.max_page_runs);
  std::string rows = row(wrap_words(shorten_middle(visible_text(text), options_.max_text), options_.line_width), false);
  rows += row({visible_text(held)}, true);
  if (mark && !mark->words.empty()) {
    const std::u32string words = visible_text(mark->words);
    table_width_ = std::max(table_width_, words.size() * 54 / 10);  // bold
    rows += fmt::format(kRow, small("<B>" + escape_label(words) + "</B>"));
  }
  if (view.use.ref_count == 0) return rows;
  const std::string_view now = mark && mark->locked_now ? " now" : "";
  return rows +
         fmt::format(kRow, small(fmt::format("<B>LOCKED</B>{}  ref_count {}", now, grouped(view.use.ref_count))));
}

std::string Drawing::row(const std::vector<std::u32string>& lines, bool small_print) {
  if (lines.empty()) return {};
  std::string text;
  for (const std::u32string& line : lines) {
    // Tenths of a point that a character of Helvetica needs, on average and a little more.
    table_width_ = std::max(table_width_, line.size() * (small_print ? 48 : 60) / 10);
    text += escape_label(line) + R"(<BR ALIGN="LEFT"/>)";
  }
  return fmt::format(kRow, small_print ? small(text) : text);
}

void Drawing::fold_away() {
  std::vector<FoldItem> items;
  for (const Item& item : items_) {
    const bool changed = item.mark && (!item.mark->words.empty() || item.mark->locked_now);
    items.push_back({item.parent, item.view, changed});
  }
  const Folding folding = fold(items, {options_.max_children, options_.max_boxes});
  for (std::size_t i = 0; i < items.size(); ++i) items_[i].hidden = folding.hidden[i];
  for (const Fold& fold : folding.folds) put_fold(fold);
}

void Drawing::put_fold(const Fold& fold) {
  const std::string name = fold.parent == kNoItem ? "more" : "more_" + items_[fold.parent].name;
  const bool locked = fold.sum.locked > 0;
  if (fold.below != kNoItem) items_[fold.below].parent = items_.size();
  items_.push_back({.name = fold.on_path > 0 ? name + "_path" : name,
                    .label = "&#8230; " + fold.words(snapshot_.tree),
                    .style = std::string(locked ? kFoldedLock : kFolded),
                    .edge = std::string(locked ? kLockedEdge : ""),
                    .parent = fold.parent});
}

void Drawing::open_frame() {
  out_ += "  subgraph cluster_cache {\n    graph [pencolor=none, margin=4";
  if (!options_.title.empty()) {
    out_ += fmt::format(", labelloc=t, fontsize=15, label=<<B>{}</B>>", escape_label(visible_text(options_.title)));
  }
  out_ += "];\n";
}

void Drawing::put_boxes() {
  constexpr std::string_view kTable = R"(<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="1" WIDTH="{}">{}</TABLE>)";
  if (items_.empty()) out_ += "    nothing [label=\"nothing is cached\", style=dotted];\n";
  for (const Item& item : items_) {
    if (item.hidden) continue;
    const std::string label = item.view ? fmt::format(kTable, table_width_, item.label) : item.label;
    out_ += fmt::format("    {} [label=<{}>, {}];\n", item.name, label, item.style);
  }
}

void Drawing::put_edges() {
  // Where a tree grows to the right, Graphviz sets a node's first edge lowest; read from the top, it is to stand first.
  for (auto item = items_.rbegin(); item != items_.rend(); ++item) {
    if (item->hidden || item->parent == kNoItem) continue;
    out_ += fmt::format("    {} -> {}{};\n", items_[item->parent].name, item->name, item->edge);
  }
}

void Drawing::put_caption() {
  const std::size_t columns = std::max<std::size_t>(9, 3 * annotations_.samples.size());
  out_ += fmt::format(R"(  labelloc=b; label=<<TABLE BORDER="0" CELLSPACING="3" CELLPADDING="0">)"
                      "\n    "
                      R"(<TR><TD ALIGN="LEFT" COLSPAN="{}">{}</TD></TR><TR>)"
                      "\n",
                      columns, annotations_.caption);
  for (const Annotations::Sample& sample : annotations_.samples) {
    out_ += fmt::format(
        R"(    <TD><TABLE CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" {}><TR><TD>{}</TD></TR></TABLE></TD>)"
        R"(<TD ALIGN="LEFT">{}</TD><TD WIDTH="10"></TD>)"
        "\n",
        sample.frame, small(sample.word), small(sample.meaning));
  }
  out_ += "    </TR></TABLE>>;\n";
}

}  // namespace radixlab
