// The picture of a difference: what is said and drawn of two snapshots.
#include "visualize/difference.hpp"

#include <gmock/gmock.h>
#include <stdexcept>

#include "pictures.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Pages of 2 tokens: a document of 8 tokens, one finished question.
Snapshot start() {
  return {2, true, {5, 0}, {node(1, 0, {1, 2, 3, 4, 5, 6, 7, 8}, {0, 1, 2, 3}), leaf(node(2, 1, {10, 11}, {4}))}};
}
/// A second question.
Snapshot added() {
  Snapshot s = start();
  s.nodes.push_back(leaf(node(3, 1, {12, 13, 14, 15}, {5, 6})));
  return s;
}
/// A text that shares half of the document, and is still being computed: the lower half keeps its id.
Snapshot split() {
  return {
      2,
      true,
      {3, 2},
      {locked(node(4, 0, {1, 2, 3, 4}, {0, 1})), node(1, 4, {5, 6, 7, 8}, {2, 3}), leaf(node(2, 1, {10, 11}, {4}))}};
}
/// The first question is gone; its id went to a third one.
Snapshot all_three() {
  Snapshot s = split();
  s.nodes[2] = leaf(node(2, 1, {16, 17}, {7}));
  s.nodes.push_back(leaf(node(5, 4, {20, 21}, {8})));
  return s;
}

std::string draw(const std::string& title, const Snapshot& before, const Snapshot& after) {
  DotOptions options;
  options.title = title;
  options.token_text = [](TokenId token) {
    return token < 10 ? "word" + std::to_string(token) + " " : "q" + std::to_string(token) + " ";
  };
  return to_dot_difference(before, after, options);
}
std::string told(const Snapshot& before, const Snapshot& after) { return find_difference(before, after).summary(); }

TEST(DifferenceGolden, Added) { expect_golden("difference/added", draw("A second question", start(), added())); }
TEST(DifferenceGolden, Split) { expect_golden("difference/split", draw("Half of the document", start(), split())); }
TEST(DifferenceGolden, Evicted) { expect_golden("difference/evicted", draw("A question is gone", added(), start())); }
TEST(DifferenceGolden, AllAtOnce) { expect_golden("difference/all", draw("A busy moment", start(), all_three())); }
TEST(DifferenceGolden, Nothing) { expect_golden("difference/nothing", draw("A look-up", start(), start())); }
TEST(DifferenceGolden, EmptyBefore) {
  expect_golden("difference/empty_before", draw("The first request", {}, start()));
}
TEST(DifferenceGolden, TwoSalts) {
  const NodeView mine = leaf(salted(node(1, 0, {1, 2}, {0}), 0)), theirs = leaf(salted(node(2, 0, {1, 2}, {1}), 3));
  expect_golden("difference/two_salts",
                draw("Another tenant", {2, true, {1, 0}, {mine}}, {2, true, {2, 0}, {mine, theirs}}));
}

TEST(Difference, IsToldInALine) {
  EXPECT_EQ(told(start(), start()), "nothing changed");
  EXPECT_EQ(told({}, {}), "nothing changed");
  EXPECT_EQ(told(start(), added()), "1 node added: +2 pages");
  EXPECT_EQ(told(added(), start()), "1 node evicted: \u22122 pages");
  EXPECT_EQ(told(start(), split()), "1 node split, 1 locked: the same pages");
  EXPECT_EQ(told(start(), all_three()), "2 nodes added, 1 split, 1 evicted, 1 locked: +2 \u22121 pages");
  EXPECT_EQ(told(split(), start()), "1 node joined, 1 unlocked: the same pages");
  EXPECT_EQ(told({}, start()), "2 nodes added: +5 pages");
}

TEST(Difference, KnowsANodeByItsTextAndSaltNotByItsId) {
  Snapshot renamed = start();
  renamed.nodes[0].id = 8;
  renamed.nodes[1].id = 1;
  renamed.nodes[1].parent = 8;
  EXPECT_EQ(told(start(), renamed), "nothing changed");
  Snapshot other_text = start();
  other_text.nodes[1].tokens = {10, 12};
  EXPECT_EQ(told(start(), other_text), "1 node added, 1 evicted: +1 \u22121 pages");
  Snapshot other_salt = start();
  for (NodeView& view : other_salt.nodes) view.cache_salt = 1;
  EXPECT_EQ(told(start(), other_salt), "2 nodes added, 2 evicted: +5 \u22125 pages");
}

TEST(Difference, TellsPagesThatMoved) {
  Snapshot moved = start();
  moved.nodes[0].pages = {0, 1, 9, 3};
  EXPECT_EQ(told(start(), moved), "1 node moved: the same pages");
  EXPECT_THAT(draw("", start(), moved), HasSubstr("\u2192 MOVED from pages 0-3</B>"));
}

TEST(Difference, HalvesAreNamedAfterTheNodeThatWasCut) {
  const std::string dot = draw("", start(), split());
  EXPECT_THAT(dot, HasSubstr("<B>\u00F7 SPLIT upper half of #1</B></FONT></TD></TR><TR><TD ALIGN=\"LEFT\">"
                             "<FONT POINT-SIZE=\"10\"><B>LOCKED</B> now  ref_count 1"));
  EXPECT_THAT(dot, HasSubstr("<B>\u00F7 SPLIT lower half of #1</B>"));
  Snapshot thrice = split();
  thrice.nodes[1] = node(6, 4, {5, 6}, {2});
  thrice.nodes.insert(thrice.nodes.begin() + 2, node(1, 6, {7, 8}, {3}));
  const std::string parts = draw("", start(), thrice);
  for (const char* part : {"upper part of #1", "middle part of #1", "lower part of #1"})
    EXPECT_THAT(parts, HasSubstr(part));
}

TEST(Difference, TellsWhatIsNoLongerLocked) {
  Snapshot free = split();
  free.nodes[0].use.ref_count = 0;
  EXPECT_EQ(told(split(), free), "1 node unlocked: the same pages");
  EXPECT_THAT(draw("", split(), free), HasSubstr("<B>UNLOCKED now</B>"));
  EXPECT_THAT(draw("", split(), split()), HasSubstr("<B>LOCKED</B>  ref_count 1")) << "locked all the time";
}

TEST(Difference, AHalfThatIsGoneIsSplitAndEvicted) {
  Snapshot upper = start();
  upper.nodes = {leaf(node(4, 0, {1, 2, 3, 4}, {0, 1}))};
  EXPECT_EQ(told(start(), upper), "1 node split, 2 evicted: \u22123 pages");
  EXPECT_THAT(draw("", start(), upper), HasSubstr("\u2212 EVICTED lower half of #1"));
}

TEST(Difference, TheLegendNamesWhatOccursAndNothingElse) {
  const std::string dot = draw("", start(), added());
  EXPECT_THAT(dot, HasSubstr("new in the cache"));
  EXPECT_THAT(dot, HasSubstr("as before"));
  for (const char* absent : {"no longer in it", "cut in two", "other pages", "a request in progress"})
    EXPECT_THAT(dot, Not(HasSubstr(absent)));
}

TEST(Difference, EntriesOfAListAreKnownAsAWhole) {
  const Snapshot before{
      4, false, {4, 0}, {leaf(node(1, 0, {1, 2, 3, 4, 5}, {0, 1})), leaf(node(2, 0, {1, 2, 3, 4, 6}, {2, 3}))}};
  Snapshot after = before;
  after.nodes[1].tokens.back() = 7;
  EXPECT_EQ(told(before, before), "nothing changed") << "two entries begin alike";
  EXPECT_EQ(told(before, after), "1 node added, 1 evicted: +2 \u22122 pages");
}

TEST(Difference, FoldsWhatChangedLast) {
  Snapshot many{1, true, {31, 0}, {node(1, 0, {1}, {0})}};
  for (std::uint32_t i = 0; i < 30; ++i) many.nodes.push_back(leaf(node(i + 2, 1, {static_cast<TokenId>(i)}, {i + 1})));
  Snapshot after = many;
  after.nodes.push_back(leaf(node(40, 1, {99}, {50})));
  const std::string one = draw("", many, after);
  EXPECT_THAT(one, HasSubstr("+ ADDED</B>"));
  EXPECT_THAT(one, HasSubstr("19 more leaves, 19 pages>"));
  EXPECT_THAT(draw("", {}, many), HasSubstr("18 more leaves, 18 pages; 18 of them changed"));
}

TEST(Difference, RefusesWhatCannotBeCompared) {
  Snapshot other = start();
  other.page_size = 4;
  EXPECT_THROW(told(start(), other), std::invalid_argument);
  other = start();
  other.tree = false;
  EXPECT_THROW(told(start(), other), std::invalid_argument);
  other.nodes.clear();
  EXPECT_NO_THROW(told(start(), other)) << "nothing is of no size";
}

TEST(Difference, DrawsWhatContradictsItself) {
  const Snapshot circle{1, true, {1, 0}, {node(1, 2, {5}, {0}), node(2, 1, {6}, {1, 2})}};
  EXPECT_THAT(draw("", circle, circle), HasSubstr("nothing changed"));
}

}  // namespace
}  // namespace radixlab
