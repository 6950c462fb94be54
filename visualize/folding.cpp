#include "visualize/folding.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <queue>
#include <tuple>

#include "io/error.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kPathEnd = 2;     // nodes of a long path shown at each of its ends
constexpr std::size_t kLongPath = 6;    // nodes from which a path is long
constexpr std::size_t kMostLevels = 8;  // from a root; what shelters a lock may lie deeper

FoldSum sum_of(const FoldItem& item) {
  if (!item.view) return {};
  return {1, item.view->pages.size(), item.view->use.ref_count > 0, item.view->evictable, item.changed};
}

// How interesting an item is: the greatest is shown first.
struct Weight {
  bool shelters_lock, changed;
  std::size_t pages, before;  // before: ties go to the first
  bool operator<(const Weight& other) const {
    return std::tie(shelters_lock, changed, pages, before) <
           std::tie(other.shelters_lock, other.changed, other.pages, other.before);
  }
};

class Folder {
 public:
  Folder(const std::vector<FoldItem>& items, const FoldLimits& limits);

  Folding by_place() const;
  Folding by_weight();

 private:
  using Items = std::vector<std::size_t>;

  bool shelters_lock(std::size_t item) const { return sums_[item].locked > 0; }
  Fold fold_below(std::size_t parent, const Items& children) const;
  std::size_t next_on_path(std::size_t item) const;
  void shorten_paths();
  void shorten(const Items& path);
  void choose();
  void show(std::size_t item);
  Items hidden_below(std::size_t parent) const;  // if it is shown

  const std::vector<FoldItem>& items_;
  const FoldLimits limits_;
  const std::size_t top_;        // stands above the items that have no parent
  std::vector<FoldSum> sums_;    // [items] of an item and all below it
  std::vector<Items> children_;  // [items + 1]

  // What by_weight has chosen.
  struct State {
    bool shown = false;
    std::size_t above = 0, level = 0, shown_children = 0;
    std::size_t below = kNoItem, on_path = 0;  // of a path's middle, for which its first item stands: as in Fold
  };
  std::vector<State> states_;                                       // [items + 1]
  std::priority_queue<std::pair<Weight, std::size_t>> candidates_;  // children of what is shown
  std::size_t boxes_ = 0;
};

Folder::Folder(const std::vector<FoldItem>& items, const FoldLimits& limits)
    : items_(items), limits_(limits), top_(items.size()), children_(items.size() + 1), states_(items.size() + 1) {
  for (const FoldItem& item : items) sums_.push_back(sum_of(item));
  for (std::size_t i = top_; i-- > 0;)
    if (items[i].parent != kNoItem) sums_[items[i].parent] += sums_[i];
  for (std::size_t i = 0; i < top_; ++i) children_[states_[i].above = std::min(items[i].parent, top_)].push_back(i);
}

Fold Folder::fold_below(std::size_t parent, const Items& children) const {
  Fold fold{.parent = parent == top_ ? kNoItem : parent, .branches = children.size()};
  for (const std::size_t child : children) {
    fold.are_nodes = fold.are_nodes && items_[child].view;
    fold.sum += sums_[child];
  }
  return fold;
}

Folding Folder::by_place() const {
  Folding folding{std::vector<bool>(top_), {}};
  for (std::size_t parent = 0; parent <= top_; ++parent) {
    std::size_t room = limits_.max_children;
    for (const std::size_t child : children_[parent]) room -= shelters_lock(child) && room > 0;
    Items beyond;
    for (const bool changed : {true, false}) {
      for (const std::size_t child : children_[parent]) {
        if (shelters_lock(child) || (sums_[child].changed > 0) != changed) continue;
        if (room == 0) beyond.push_back(child);
        room -= room > 0;
      }
    }
    if (beyond.size() < 2) continue;
    for (const std::size_t child : beyond) folding.hidden[child] = true;
    folding.folds.push_back(fold_below(parent, beyond));
  }
  const auto below_hidden = [&](std::size_t parent) { return parent != kNoItem && folding.hidden[parent]; };
  for (std::size_t i = 0; i < top_; ++i) folding.hidden[i] = folding.hidden[i] || below_hidden(items_[i].parent);
  std::erase_if(folding.folds, [&](const Fold& fold) { return below_hidden(fold.parent); });
  return folding;
}

Folding Folder::by_weight() {
  shorten_paths();
  choose();
  Folding folding{std::vector<bool>(top_), {}};
  for (std::size_t i = 0; i <= top_; ++i) {
    const State& state = states_[i];
    if (!state.shown) continue;
    if (state.below != kNoItem) {
      Fold middle{.parent = items_[i].parent, .below = state.below, .on_path = state.on_path, .sum = sums_[i]};
      middle.sum -= sums_[state.below];
      folding.folds.push_back(middle);
    } else if (const Items hidden = hidden_below(i); !hidden.empty()) {
      folding.folds.push_back(fold_below(i, hidden));
    }
  }
  for (std::size_t i = 0; i < top_; ++i) folding.hidden[i] = !states_[i].shown || states_[i].below != kNoItem;
  return folding;
}

// The only child on which the way goes on as it is: no lock ends here, and nothing happened to one of the two alone.
std::size_t Folder::next_on_path(std::size_t item) const {
  std::size_t next = kNoItem;
  for (const std::size_t child : children_[item]) {
    if (shelters_lock(item) && !shelters_lock(child)) continue;
    if (next != kNoItem) return kNoItem;
    next = child;
  }
  if (next == kNoItem || !items_[item].view || !items_[next].view) return kNoItem;
  const bool alike = items_[item].view->use.ref_count == items_[next].view->use.ref_count &&
                     items_[item].changed == items_[next].changed;
  return alike ? next : kNoItem;
}

void Folder::shorten_paths() {
  std::vector<bool> done(top_);
  for (std::size_t i = 0; i < top_; ++i) {
    if (done[i]) continue;
    Items path;
    for (std::size_t item = i; item != kNoItem; item = next_on_path(item)) path.push_back(item);
    for (const std::size_t item : path) done[item] = true;
    if (path.size() >= kLongPath) shorten(path);
  }
}

// The first item of the middle stands for all of it, and for what hangs beside.
void Folder::shorten(const Items& path) {
  const std::size_t middle = path[kPathEnd], below = path[path.size() - kPathEnd];
  states_[middle].below = below;
  states_[middle].on_path = path.size() - 2 * kPathEnd;
  states_[below].above = middle;
  children_[middle] = {below};
}

void Folder::choose() {
  constexpr std::size_t kMost = 3;  // boxes that a candidate can add: itself, a path's end, and a fold below
  show(top_);
  while (!candidates_.empty() && boxes_ + kMost <= limits_.max_items) {
    const std::size_t item = candidates_.top().second;
    candidates_.pop();
    const State& above = states_[states_[item].above];
    const bool fits = above.shown_children < limits_.max_children && above.level < kMostLevels;
    if (fits || shelters_lock(item)) show(item);
  }
  for (std::size_t i = 0; i <= top_; ++i) {  // a fold of one leaf is no smaller than the leaf
    const Items hidden = hidden_below(i);
    if (hidden.size() == 1 && children_[hidden.front()].empty()) show(hidden.front());
  }
}

void Folder::show(std::size_t item) {
  State& state = states_[item];
  state.shown = true;
  if (item != top_) {
    State& above = states_[state.above];
    state.level = above.level + 1;
    ++above.shown_children;
    boxes_ += above.shown_children < children_[state.above].size();  // the last one takes the fold's place
  }
  if (state.below != kNoItem) return ++boxes_, show(state.below);
  boxes_ += !children_[item].empty();
  for (const std::size_t child : children_[item])
    candidates_.push({{shelters_lock(child), sums_[child].changed > 0, sums_[child].pages, top_ - child}, child});
}

Folder::Items Folder::hidden_below(std::size_t parent) const {
  Items hidden;
  if (!states_[parent].shown) return hidden;
  for (const std::size_t child : children_[parent])
    if (!states_[child].shown) hidden.push_back(child);
  return hidden;
}

}  // namespace

FoldSum& FoldSum::operator+=(const FoldSum& other) {
  nodes += other.nodes;
  pages += other.pages;
  locked += other.locked;
  evictable += other.evictable;
  changed += other.changed;
  return *this;
}

FoldSum& FoldSum::operator-=(const FoldSum& other) {
  nodes -= other.nodes;
  pages -= other.pages;
  locked -= other.locked;
  evictable -= other.evictable;
  changed -= other.changed;
  return *this;
}

std::string Fold::words(bool in_tree) const {
  std::string text;
  if (on_path > 0) {
    text = fmt::format("{} more nodes on this path, ", grouped(on_path));
    if (sum.nodes > on_path) text += fmt::format("{} beside it, ", grouped(sum.nodes - on_path));
  } else {
    const bool flat = are_nodes && sum.nodes == branches, one = branches == 1;
    const std::string_view what = !are_nodes ? (one ? "salt" : "salts")
                                  : !flat    ? (one ? "branch" : "branches")
                                  : in_tree  ? "leaves"
                                             : "entries";
    text = fmt::format("{} more {}, {}", grouped(branches), what, flat ? "" : counted(sum.nodes, "node") + ", ");
  }
  text += counted(sum.pages, "page");
  std::string_view before = "; ";
  for (const auto& [number, use] : {std::pair(sum.locked, "locked"), {sum.evictable, "evictable"}}) {
    if (number == 0) continue;
    text += fmt::format("{}{} {}", before, before == "; " ? counted(number, "node") : grouped(number), use);
    before = ", ";
  }
  if (sum.changed > 0) text += fmt::format("; {} of them changed", grouped(sum.changed));
  return text;
}

Folding fold(const std::vector<FoldItem>& items, const FoldLimits& limits) {
  Folder folder(items, limits);
  Folding folding = folder.by_place();
  const auto shown = static_cast<std::size_t>(std::ranges::count(folding.hidden, false)) + folding.folds.size();
  return shown <= limits.max_items ? folding : folder.by_weight();
}

}  // namespace radixlab
