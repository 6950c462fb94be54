#include "visualize/folding.hpp"

#include <gmock/gmock.h>

#include "pictures.hpp"
#include "visualize/dot.hpp"
#include "visualize/tree_text.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;

constexpr std::uint32_t kNodes = 10'000;
constexpr std::size_t kMost = 80;

/// A tree whose node i has the parent that `parent` says, 0 for none, and 1 to 3 pages. Ids from 1.
template <typename Parent>
Snapshot tree(Parent parent) {
  Snapshot s{1, true, {}, {}};
  std::vector<bool> is_leaf(kNodes + 1, true);
  for (std::uint32_t i = 1; i <= kNodes; ++i) {
    s.nodes.push_back(node(i, parent(i), {static_cast<TokenId>(i)}, std::vector<PageId>(1 + i % 3, i)));
    is_leaf[parent(i)] = false;
  }
  for (NodeView& view : s.nodes) view.evictable = is_leaf[view.id];
  return s;
}

/// Locks the nodes of `ends` and all above them, as running requests do.
Snapshot locked_at(Snapshot s, const std::vector<std::uint32_t>& ends) {
  for (std::uint32_t id : ends)
    for (; id != 0; id = s.nodes[id - 1].parent)
      s.nodes[id - 1] = locked(s.nodes[id - 1], s.nodes[id - 1].use.ref_count + 1);
  return s;
}

struct Shape {
  const char* name;
  Snapshot snapshot;
};
std::vector<Shape> shapes() {
  return {{"wide", tree([](std::uint32_t i) { return i == 1 ? 0U : 1U; })},
          {"chain", tree([](std::uint32_t i) { return i - 1; })},
          {"chain with leaves", tree([](std::uint32_t i) { return i < 3        ? i - 1
                                                                  : i % 2 == 0 ? i - 1
                                                                               : i - 2; })},
          {"bushy", tree([](std::uint32_t i) { return i * 2654435761U % i; })},
          {"two each", tree([](std::uint32_t i) { return i / 2; })}};
}

std::vector<FoldItem> items_of(const Snapshot& s) {
  std::vector<FoldItem> items;
  for (const NodeView& view : s.nodes) items.push_back({view.parent == 0 ? kNoItem : view.parent - 1, &view});
  return items;
}

Folding folded(const Snapshot& s) { return fold(items_of(s), {12, kMost}); }

FoldSum all_of(const Snapshot& s, const std::vector<bool>* hidden = nullptr) {
  FoldSum sum;
  for (std::size_t i = 0; i < s.nodes.size(); ++i) {
    const NodeView& view = s.nodes[i];
    if (!hidden || !(*hidden)[i]) sum += {1, view.pages.size(), view.use.ref_count > 0, view.evictable, 0};
  }
  return sum;
}

std::size_t boxes(const Folding& folding) {
  return static_cast<std::size_t>(std::ranges::count(folding.hidden, false)) + folding.folds.size();
}

TEST(Folding, WhatIsShownAndWhatIsFoldedAddUpToAll) {
  for (const auto& [name, snapshot] : shapes()) {
    const Snapshot s = locked_at(snapshot, {kNodes, kNodes / 2});
    const Folding folding = folded(s);
    FoldSum sum = all_of(s, &folding.hidden);
    for (const Fold& fold : folding.folds) sum += fold.sum;
    const FoldSum all = all_of(s);
    EXPECT_EQ(sum.nodes, kNodes) << name;
    EXPECT_EQ(sum.pages, all.pages) << name;
    EXPECT_EQ(sum.locked, all.locked) << name;
    EXPECT_EQ(sum.evictable, all.evictable) << name;
    EXPECT_LE(boxes(folding), kMost) << name;
  }
}

TEST(Folding, EachItemThatIsShownHangsOnOneThatIsShownOrOnAFold) {
  for (const auto& [name, s] : shapes()) {
    const Folding folding = folded(s);
    for (std::size_t i = 0; i < s.nodes.size(); ++i) {
      if (folding.hidden[i] || s.nodes[i].parent == 0 || !folding.hidden[s.nodes[i].parent - 1]) continue;
      EXPECT_EQ(std::ranges::count(folding.folds, i, &Fold::below), 1) << name << ", node " << i + 1;
    }
    for (const Fold& fold : folding.folds) EXPECT_TRUE(fold.parent == kNoItem || !folding.hidden[fold.parent]) << name;
  }
}

TEST(Folding, EveryEndOfALockIsShown) {
  const std::vector<std::uint32_t> ends = {kNodes, kNodes - 1, 7'777, 5'000, 4'321, 99, 3};
  for (const auto& [name, snapshot] : shapes()) {
    const Folding folding = folded(locked_at(snapshot, ends));
    for (const std::uint32_t id : ends) EXPECT_FALSE(folding.hidden[id - 1]) << name << ", node " << id;
    EXPECT_LE(boxes(folding), kMost) << name;
  }
}

TEST(Folding, MoreLocksThanBoxesAreFoldedAndSaid) {
  std::vector<std::uint32_t> ends;
  for (std::uint32_t id = 2; id <= 1'001; ++id) ends.push_back(id);
  const Snapshot s = locked_at(shapes().front().snapshot, ends);
  const Folding folding = folded(s);
  EXPECT_LE(boxes(folding), kMost);
  ASSERT_EQ(folding.folds.size(), 1U);
  EXPECT_GT(folding.folds[0].sum.locked, 900U);
  EXPECT_THAT(to_dot(s), HasSubstr("9,924 more leaves, 19,773 pages; 925 nodes locked, 8,999 evictable"));
}

TEST(Folding, TheSameTreeIsFoldedTheSameWay) {
  for (const auto& [name, snapshot] : shapes()) {
    const Snapshot s = locked_at(snapshot, {kNodes}), again = s;
    EXPECT_EQ(to_dot(s), to_dot(again)) << name;
  }
}

TEST(Folding, TheHeaviestChildrenStay) {
  Snapshot s = shapes().front().snapshot;
  for (std::uint32_t id = 2; id <= 101; ++id) {  // beyond the limit of boxes: by place no longer
    for (int k = 0; k < 12; ++k) s.nodes.push_back(node(static_cast<std::uint32_t>(s.nodes.size()) + 1, id, {1}, {0}));
  }
  s.nodes[6'000].pages.resize(500);
  const Folding folding = folded(s);
  EXPECT_FALSE(folding.hidden[6'000]);
  EXPECT_TRUE(folding.hidden[5'999]);
}

TEST(Folding, ALongPathKeepsItsEnds) {
  const Folding folding = folded(shapes()[1].snapshot);
  ASSERT_EQ(folding.folds.size(), 1U);
  EXPECT_EQ(folding.folds[0].on_path, kNodes - 4);
  EXPECT_EQ(boxes(folding), 5U);
  EXPECT_EQ(folding.folds[0].words(true), "9,996 more nodes on this path, 19,992 pages");
}

TEST(Folding, WhatHangsBesideALockedPathIsFoldedWithIt) {
  const Snapshot s = locked_at(shapes()[2].snapshot, {kNodes - 1});
  EXPECT_THAT(folded(s).folds[0].words(true), HasSubstr(" more nodes on this path, "));
  EXPECT_THAT(to_dot(s), HasSubstr("4,996 beside it, "));
}

TEST(Folding, APathBreaksWhereALockEnds) {
  const Folding folding = folded(locked_at(shapes()[1].snapshot, {4'000}));
  EXPECT_EQ(folding.folds.size(), 2U);
  EXPECT_FALSE(folding.hidden[3'999]);
  EXPECT_FALSE(folding.hidden[4'000]);
}

TEST(Folding, APathInWhichOneNodeChangedShowsIt) {
  std::vector<NodeView> views = shapes()[1].snapshot.nodes;
  std::vector<FoldItem> items = items_of({1, true, {}, views});
  for (std::size_t i = 0; i < items.size(); ++i) items[i].view = &views[i];
  items[5'000].changed = true;
  EXPECT_FALSE(fold(items, {12, kMost}).hidden[5'000]);
}

TEST(Folding, WhatFitsIsNotTouched) {
  Snapshot chain = shapes()[1].snapshot;
  chain.nodes.resize(kMost);
  EXPECT_EQ(std::ranges::count(folded(chain).hidden, true), 0);
  chain.nodes.push_back(node(kMost + 1, kMost, {1}, {1}));
  EXPECT_EQ(boxes(folded(chain)), 5U);
}

TEST(Folding, AFoldIsSmallerThanWhatItStandsFor) {
  for (const auto& [name, snapshot] : shapes())
    for (const Fold& fold : folded(locked_at(snapshot, {kNodes, 77})).folds) EXPECT_GT(fold.sum.nodes, 1U) << name;
}

TEST(Folding, WhatHoldsNoLockIsNotDeep) {
  for (const auto& [name, s] : {shapes()[2], shapes()[3], shapes()[4]}) {
    const Folding folding = folded(s);
    for (std::size_t i = 0; i < s.nodes.size(); ++i) {
      std::size_t levels = 0;
      for (std::uint32_t id = folding.hidden[i] ? 0 : s.nodes[i].id; id != 0; id = s.nodes[id - 1].parent) ++levels;
      EXPECT_LE(levels, 10U) << name << ", node " << i + 1;
    }
  }
}

TEST(Folding, APictureAndATextShowTheSame) {
  const Snapshot s = locked_at(shapes()[3].snapshot, {kNodes});
  const std::string dot = to_dot(s, {.max_boxes = kMost});
  std::ostringstream text;
  print_tree(text, s, {.max_children = 12, .max_lines = kMost});
  const std::string lines = text.str();
  EXPECT_LE(std::ranges::count(lines, '\n'), static_cast<std::ptrdiff_t>(kMost));
  for (const NodeView& view : s.nodes) {
    const std::string name = "#" + std::to_string(view.id) + " ";
    EXPECT_EQ(dot.find(name) == dot.npos, lines.find(name) == lines.npos) << name;
  }
  EXPECT_THAT(lines, HasSubstr(" more branches, "));
}

}  // namespace
}  // namespace radixlab
