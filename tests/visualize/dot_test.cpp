#include "visualize/dot.hpp"

#include <gmock/gmock.h>
#include <sstream>

#include "pictures.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A document of 8 tokens, two finished questions and one that is being answered.
Snapshot questions() {
  return {2,
          true,
          {2, 6},
          {locked(node(1, 0, {1, 2, 3, 4, 5, 6, 7, 8}, {0, 1, 2, 3})), leaf(node(2, 1, {10, 11}, {4})),
           leaf(node(4, 1, {12, 13}, {7})), locked(node(3, 1, {14, 15, 16}, {9, 6}))}};
}

/// The number of times that `part` stands in `text`.
std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// The line of `text` that starts, blanks aside, with `start`; empty if there is none.
std::string line_of(const std::string& text, const std::string& start) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(' ') == line.find(start) && line.find(start) != std::string::npos) return line;
  }
  return {};
}

TEST(DotGolden, QuestionsOnOneDocument) {
  DotOptions options;
  options.title = "One document, three questions";
  options.token_text = [](TokenId token) {
    return token < 10 ? "word" + std::to_string(token) + " " : "q" + std::to_string(token);
  };
  expect_golden("questions", to_dot(questions(), options));
}

TEST(DotGolden, TwoSalts) {
  expect_golden(
      "two_salts",
      to_dot({1, true, {2, 0}, {leaf(salted(node(1, 0, {7}, {0}), 0)), leaf(salted(node(2, 0, {7}, {1}), 3))}}));
}

TEST(DotGolden, ListOfEntries) {
  expect_golden("list",
                to_dot({4,
                        false,
                        {3, 2},
                        {leaf(node(1, 0, {1, 2, 3, 4, 5}, {0, 1})), locked(node(2, 0, {1, 2, 3, 4, 9}, {2, 3}), 2),
                         leaf(salted(node(3, 0, {6}, {4}), 1))}}));
}

TEST(Dot, EmptySnapshotSaysSo) { EXPECT_THAT(to_dot({}), HasSubstr("nothing is cached")); }

TEST(Dot, SameSnapshotSameText) { EXPECT_EQ(to_dot(questions()), to_dot(questions())); }

TEST(Dot, MarksTheLockedPath) {
  const std::string dot = to_dot(questions());
  for (const char* name : {"n1 [", "n3 ["}) {
    EXPECT_THAT(line_of(dot, name), HasSubstr("LOCKED")) << name;
    EXPECT_THAT(line_of(dot, name), HasSubstr("penwidth=3")) << name;
  }
  EXPECT_THAT(line_of(dot, "root0 -> n1"), HasSubstr("penwidth"));
  EXPECT_THAT(line_of(dot, "n1 -> n3"), HasSubstr("penwidth"));
  EXPECT_THAT(line_of(dot, "n1 -> n2"), Not(HasSubstr("penwidth")));
  EXPECT_THAT(line_of(dot, "n2 ["), HasSubstr("dashed"));
  EXPECT_THAT(line_of(dot, "n2 ["), Not(HasSubstr("LOCKED")));
}

TEST(Dot, NamesSizesInPages) {
  EXPECT_THAT(to_dot(questions()), HasSubstr("<B>2 pages</B>&#160;evictable &#183; <B>6 pages</B>&#160;protected"));
  EXPECT_THAT(to_dot(questions()), HasSubstr("#3 \u00B7 3 tokens \u00B7 2 pages: 9, 6"));
}

TEST(Dot, ChildrenStandInTheSnapshotsOrder) {
  // Graphviz sets the first edge lowest, so the first child's edge comes last.
  const std::string dot = to_dot(questions());
  EXPECT_LT(dot.find("n1 -> n3"), dot.find("n1 -> n4"));
  EXPECT_LT(dot.find("n1 -> n4"), dot.find("n1 -> n2"));
}

TEST(Dot, EscapesWhatTokensAndTitlesSay) {
  DotOptions options;
  options.title = "\"}; <evil> \\N";
  options.token_text = [](TokenId) { return std::string("<BR/>\"\\|{&\n"); };
  const std::string dot = to_dot({1, true, {1, 0}, {leaf(node(1, 0, {5}, {0}))}}, options);
  EXPECT_THAT(dot, HasSubstr("label=<<B>&#34;&#125;; &#60;evil&#62; &#92;&#92;N</B>>"));
  EXPECT_THAT(dot, HasSubstr("&#60;BR/&#62;&#34;&#92;&#92;&#124;&#123;&#38;\u21B5"));
}

TEST(Dot, JoinsCharactersSpreadOverTokens) {
  DotOptions options;
  options.token_text = [](TokenId token) { return std::string(1, static_cast<char>(token)); };
  EXPECT_THAT(to_dot({1, true, {2, 0}, {leaf(node(1, 0, {0xC3, 0xA9}, {0, 1}))}}, options), HasSubstr("\u00E9<BR"));
}

TEST(Dot, ShortensLongTextsInTheMiddle) {
  std::vector<TokenId> tokens(2000);
  for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<TokenId>(i);
  const std::string dot = to_dot({2000, true, {1, 0}, {leaf(node(1, 0, tokens, {5}))}});
  EXPECT_THAT(dot, HasSubstr("0 1 2 3 4"));
  EXPECT_THAT(dot, HasSubstr(" ... "));
  EXPECT_THAT(dot, HasSubstr("1998 1999<BR"));
  EXPECT_THAT(dot, HasSubstr("2,000 tokens"));
  EXPECT_THAT(line_of(dot, "n1 ["), Not(HasSubstr("1000")));
}

/// A document with `count` questions of one token and two pages each; ids from 2.
Snapshot fan(std::uint32_t count) {
  Snapshot s{1, true, {2 * count, 1}, {node(1, 0, {1}, {0})}};
  for (std::uint32_t i = 0; i < count; ++i) s.nodes.push_back(leaf(node(i + 2, 1, {5}, {2 * i + 1, 2 * i + 2})));
  return s;
}

TEST(DotFolding, FoldsLeavesBeyondTheLimit) {
  const std::string dot = to_dot(fan(49));
  EXPECT_THAT(line_of(dot, "more_n1 ["), HasSubstr("&#8230; 37 more leaves, 74 pages"));
  EXPECT_THAT(line_of(dot, "n1 -> more_n1"), Not(HasSubstr("penwidth")));
  EXPECT_EQ(occurrences(dot, "1 token"), 1 + 12 + 1) << "the document, twelve questions, the caption's page size";
}

TEST(DotFolding, OneBeyondTheLimitIsDrawn) {
  EXPECT_EQ(line_of(to_dot(fan(13)), "more_"), "");
  EXPECT_THAT(line_of(to_dot(fan(14)), "more_"), HasSubstr("2 more leaves, 4 pages"));
}

TEST(DotFolding, NeverHidesALock) {
  Snapshot s = fan(49);
  s.nodes[45] = locked(s.nodes[45]);
  s.nodes.push_back(locked(node(90, 40, {6}, {99})));  // below a leaf that lost its lock: a fault that must be seen
  const std::string dot = to_dot(s);
  EXPECT_THAT(line_of(dot, "n46 ["), HasSubstr("LOCKED"));
  EXPECT_THAT(line_of(dot, "n90 ["), HasSubstr("LOCKED"));
  EXPECT_THAT(line_of(dot, "n40 ["), Not(HasSubstr("LOCKED")));
  EXPECT_THAT(line_of(dot, "more_n1 ["), HasSubstr("37 more leaves")) << "the two take the place of two others";
}

TEST(DotFolding, FoldsBranchesSaltsAndEntries) {
  Snapshot s;
  s.tree = true;
  for (std::uint32_t i = 0; i < 20; ++i) {
    s.nodes.push_back(node(2 * i + 1, 0, {1}, {2 * i}));
    s.nodes.push_back(leaf(node(2 * i + 2, 2 * i + 1, {1}, {2 * i + 1})));
  }
  EXPECT_THAT(to_dot(s), HasSubstr("&#8230; 8 more branches, 16 nodes, 16 pages"));
  EXPECT_EQ(line_of(to_dot(s), "n40 ["), "") << "below a folded node";
  s.tree = false;
  for (NodeView& view : s.nodes) view.parent = 0;
  EXPECT_THAT(to_dot(s), HasSubstr("&#8230; 28 more entries, 28 pages"));
  s.tree = true;
  for (NodeView& view : s.nodes) view.cache_salt = view.id;
  EXPECT_THAT(to_dot(s), HasSubstr("&#8230; 28 more salts, 28 nodes, 28 pages"));
}

TEST(DotBroken, DrawsWhatContradictsItself) {
  const std::string orphan = to_dot({1, true, {1, 0}, {leaf(node(2, 17, {5}, {0}))}});
  EXPECT_THAT(line_of(orphan, "n17 ["), HasSubstr("#17 is named as parent, but is not there"));
  EXPECT_NE(line_of(orphan, "n17 -> n2"), "");
  const std::string twins = to_dot({1, true, {1, 0}, {leaf(node(2, 0, {5}, {0})), leaf(node(2, 0, {6}, {0}))}});
  EXPECT_THAT(line_of(twins, "n2 ["), HasSubstr(">5<"));
  EXPECT_THAT(line_of(twins, "n2_2 ["), HasSubstr(">6<"));
  const std::string circle = to_dot({1, true, {1, 0}, {node(1, 2, {5}, {0}), node(2, 1, {6}, {1})}});
  EXPECT_EQ(occurrences(circle, "1 token"), 3U);
  EXPECT_NE(to_dot({1, true, {1, 0}, {node(3, 3, {5}, {0})}}), "") << "its own parent";
}

}  // namespace
}  // namespace radixlab
