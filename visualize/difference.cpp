#include "visualize/difference.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "visualize/drawing.hpp"
#include "visualize/label_text.hpp"
#include "visualize/overlay.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kBefore = Piece::kBefore, kAfter = Piece::kAfter;

// Colours that the colour-blind tell apart too (after Okabe and Ito); the sign, the word and the line say the same.
struct Look {
  std::string_view word, box, edge;
  Annotations::Sample sample;
};
constexpr Look kKept = {"",
                        R"(style="rounded,filled", color="#9ca3af", fillcolor="#ffffff")",
                        "",
                        {R"(BORDER="1" COLOR="#9ca3af")", "plain", "as before"}};
constexpr Look kAdded = {"+ ADDED",
                         R"(style="rounded,filled", penwidth=2, color="#00735a", fillcolor="#dcf5ec")",
                         R"( [penwidth=2, color="#00735a"])",
                         {R"(BORDER="2" COLOR="#00735a" BGCOLOR="#dcf5ec")", "<B>+ ADDED</B>", "new in the cache"}};
constexpr Look kEvicted = {
    "\u2212 EVICTED",
    R"(style="rounded,filled,dashed", penwidth=2, color="#b3470f", fillcolor="#fbe5da")",
    R"( [style=dashed, color="#b3470f"])",
    {R"(BORDER="2" STYLE="dashed" COLOR="#b3470f" BGCOLOR="#fbe5da")", "<B>\u2212 EVICTED</B>", "no longer in it"}};
constexpr Look kSplit = {
    "\u00F7 SPLIT",
    R"(style="rounded,filled", penwidth=2, color="#0a5fa5", fillcolor="#dcebf8")",
    "",
    {R"(BORDER="2" COLOR="#0a5fa5" BGCOLOR="#dcebf8")", "<B>\u00F7 SPLIT</B>", "cut in two, same pages"}};
constexpr Look kMoved = {"\u2192 MOVED",
                         R"(style="rounded,filled,dotted", penwidth=2, color="#8f3f73", fillcolor="#f7e4ef")",
                         "",
                         {R"(BORDER="2" STYLE="dotted" COLOR="#8f3f73" BGCOLOR="#f7e4ef")", "<B>\u2192 MOVED</B>",
                          "same text, other pages"}};

const Look& look_of(const Piece& piece, const Overlay& overlay) {
  if (!piece.node[kBefore]) return kAdded;
  if (!piece.node[kAfter]) return kEvicted;
  if (piece.pages[kBefore] != piece.pages[kAfter]) return kMoved;
  return overlay.of(kBefore, piece.node[kBefore]).size() > 1 ? kSplit : kKept;
}

bool is_locked(const NodeView* node) { return node && node->use.ref_count > 0; }

// "÷ SPLIT upper half of #5", "→ MOVED from pages 3-5", "UNLOCKED now": what happened, in a line.
std::string words_of(std::size_t index, const Overlay& overlay, const DotOptions& options) {
  const Piece& piece = overlay.pieces()[index];
  const Look& look = look_of(piece, overlay);
  std::string words(look.word);
  const NodeView* const old = piece.node[kBefore];
  if (old && overlay.of(kBefore, old).size() > 1) {
    const auto& parts = overlay.of(kBefore, old);
    const std::string_view where = index == parts.front() ? "upper" : index == parts.back() ? "lower" : "middle";
    words += fmt::format(" {} {} of #{}", where, parts.size() == 2 ? "half" : "part", old->id);
  }
  if (&look == &kMoved) words += " from pages " + page_ranges(piece.pages[kBefore], options.max_page_runs);
  if (is_locked(old) && piece.node[kAfter] && !is_locked(piece.node[kAfter]))
    words += words.empty() ? "UNLOCKED now" : ", unlocked now";
  return words;
}

// The overlay as a snapshot of its own, with ids of its own, so that it is drawn as any other.
class Merged {
 public:
  Merged(const Overlay& overlay, const Snapshot& before, const Snapshot& after, const DotOptions& options)
      : overlay_(overlay), options_(options) {
    const Snapshot& shape = after.nodes.empty() ? before : after;
    snapshot.page_size = shape.page_size;
    snapshot.tree = shape.tree;
    std::vector<std::pair<std::size_t, std::uint32_t>> open;  // pieces to come, with their parents' ids
    for (auto top = overlay.tops().rbegin(); top != overlay.tops().rend(); ++top) open.emplace_back(*top, 0);
    while (!open.empty()) {
      const auto [index, parent] = open.back();
      open.pop_back();
      add(index, parent);
      const auto& children = overlay.pieces()[index].children;
      for (auto child = children.rbegin(); child != children.rend(); ++child)
        open.emplace_back(*child, snapshot.nodes.back().id);
    }
    annotations.samples.push_back(kKept.sample);
    for (const Look* look : {&kAdded, &kEvicted, &kSplit, &kMoved})
      if (seen_.contains(look)) annotations.samples.push_back(look->sample);
    const bool locks = std::ranges::any_of(snapshot.nodes, [](const NodeView& node) { return is_locked(&node); });
    if (locks) annotations.samples.push_back(kLockedSample);
  }

  Snapshot snapshot;
  Annotations annotations;

 private:
  void add(std::size_t index, std::uint32_t parent) {
    const Piece& piece = overlay_.pieces()[index];
    const Look& look = look_of(piece, overlay_);
    const NodeView* const now = piece.node[kAfter] ? piece.node[kAfter] : piece.node[kBefore];
    NodeView view{.id = static_cast<std::uint32_t>(snapshot.nodes.size() + 1), .parent = parent};
    view.cache_salt = piece.cache_salt;
    view.tokens = piece.tokens;
    view.pages = piece.pages[piece.node[kAfter] ? kAfter : kBefore];
    if (piece.node[kAfter]) view.use = now->use;
    const std::string_view box = &look == &kKept && is_locked(&view) ? kLockedBox : look.box;
    annotations.marks.push_back({fmt::format("{}#{}", piece.node[kAfter] ? "" : "was ", now->id),
                                 words_of(index, overlay_, options_),
                                 is_locked(&view) && !is_locked(piece.node[kBefore]), box, look.edge});
    snapshot.nodes.push_back(std::move(view));
    seen_.insert(&look);
  }

  const Overlay& overlay_;
  const DotOptions& options_;
  std::set<const Look*> seen_;
};

Difference count(const Overlay& overlay) {
  Difference d;
  std::set<const NodeView*> split, joined;
  for (const Piece& piece : overlay.pieces()) {
    const auto [old, now] = piece.node;
    const Look& look = look_of(piece, overlay);
    d.added += &look == &kAdded;
    d.evicted += &look == &kEvicted;
    d.moved += &look == &kMoved;
    d.pages_added += &look == &kAdded ? piece.pages[kAfter].size() : 0;
    d.pages_evicted += &look == &kEvicted ? piece.pages[kBefore].size() : 0;
    if (!old || !now) continue;
    if (overlay.of(kBefore, old).size() > 1) split.insert(old);
    const auto was = [&](std::size_t part) { return overlay.pieces()[part].node[kBefore] != nullptr; };
    if (std::ranges::count_if(overlay.of(kAfter, now), was) > 1) joined.insert(now);
    d.locked += !is_locked(old) && is_locked(now);
    d.unlocked += is_locked(old) && !is_locked(now);
  }
  d.split = split.size();
  d.joined = joined.size();
  return d;
}

}  // namespace

std::string Difference::summary() const {
  std::string text;
  for (const auto& [number, what] : {std::pair(added, "added"),
                                     {split, "split"},
                                     {evicted, "evicted"},
                                     {moved, "moved"},
                                     {joined, "joined"},
                                     {locked, "locked"},
                                     {unlocked, "unlocked"}}) {
    if (number == 0) continue;
    text += text.empty() ? counted(number, "node") : fmt::format(", {}", number);
    text += fmt::format(" {}", what);
  }
  if (text.empty()) return "nothing changed";
  if (pages_added + pages_evicted == 0) return text + ": the same pages";
  text += ":";
  if (pages_added > 0) text += fmt::format(" +{}", pages_added);
  if (pages_evicted > 0) text += fmt::format(" \u2212{}", pages_evicted);
  return text + (pages_added + pages_evicted == 1 ? " page" : " pages");
}

Difference find_difference(const Snapshot& before, const Snapshot& after) { return count(Overlay(before, after)); }

std::string to_dot_difference(const Snapshot& before, const Snapshot& after, const DotOptions& options) {
  const Overlay overlay(before, after);
  Merged merged(overlay, before, after, options);
  merged.annotations.caption = "<B>" + count(overlay).summary() + "</B>";
  return Drawing(merged.snapshot, options, merged.annotations).text();
}

}  // namespace radixlab
