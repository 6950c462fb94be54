#include "visualize/tree_text.hpp"

#include <gmock/gmock.h>
#include <numeric>

#include "pictures.hpp"

namespace radixlab {
namespace {

std::string text_of(const Snapshot& snapshot, const TreeTextOptions& options = {}) {
  std::ostringstream out;
  print_tree(out, snapshot, options);
  return out.str();
}

std::vector<TokenId> tokens_from(TokenId first, std::size_t count) {
  std::vector<TokenId> tokens(count);
  std::iota(tokens.begin(), tokens.end(), first);
  return tokens;
}

/// A document with two questions, one of them on a branch of its own, below a second salt's node.
Snapshot two_tenants() {
  return {4,
          true,
          {8, 9},
          {locked(node(2, 0, tokens_from(100, 24), {0, 1, 2, 3, 9, 5}), 2), locked(node(5, 2, {7, 7, 3, 1}, {6})),
           leaf(node(7, 5, {9, 9, 4, 2}, {11})), locked(node(8, 5, {12, 1, 1, 1, 5, 5, 5, 5}, {12, 8})),
           node(6, 2, {8, 8, 8, 8}, {4}), leaf(node(9, 6, {1, 2, 3, 4}, {7})),
           leaf(salted(node(4, 0, {7, 7, 3, 1}, {10}), 3))}};
}

TEST(TreeTextGolden, TwoTenants) { expect_golden_text("two_tenants.txt", text_of(two_tenants(), {.indent = "  "})); }

TEST(TreeTextGolden, ListOfEntries) {
  expect_golden_text("list.txt", text_of({4,
                                          false,
                                          {3, 2},
                                          {leaf(node(1, 0, {1, 2, 3, 4, 5}, {0, 1})),
                                           locked(node(2, 0, {1, 2, 3, 4, 9, 9}, {2, 3}), 2),
                                           leaf(salted(node(3, 0, {6}, {4}), 1))}}));
}

TEST(TreeText, EmptySnapshotSaysSo) { EXPECT_EQ(text_of({}, {.indent = " "}), " nothing is cached\n"); }

TEST(TreeText, DotsStandForMoreTokens) {
  const Snapshot three{1, true, {3, 0}, {leaf(node(1, 0, {1, 2, 3}, {0, 1, 2}))}};
  EXPECT_THAT(text_of(three, {.max_tokens = 2}), testing::HasSubstr("[1 2]...  #1"));
  EXPECT_THAT(text_of(three, {.max_tokens = 3}), testing::HasSubstr("[1 2 3]  #1"));
}

TEST(TreeText, PrintsWhatContradictsItself) {
  EXPECT_EQ(text_of({1, true, {2, 0}, {leaf(node(2, 17, {5}, {0})), leaf(node(3, 17, {6}, {1}))}}),
            "#17 is named as parent, but is not there\n"
            "├─ [5]  #2 · 1 token · 1 page: 0 · evictable\n"
            "└─ [6]  #3 · 1 token · 1 page: 1 · evictable\n");
  EXPECT_EQ(text_of({1, true, {1, 0}, {node(1, 2, {5}, {0}), node(2, 1, {6}, {1})}}),
            "#2 is named as parent, but is not there\n"
            "└─ [5]  #1 · 1 token · 1 page: 0\n"
            "   └─ [6]  #2 · 1 token · 1 page: 1\n")
      << "a circle";
  EXPECT_EQ(text_of({1, true, {1, 0}, {node(3, 3, {5}, {0})}}),
            "#3 is named as parent, but is not there\n└─ [5]  #3 · 1 token · 1 page: 0\n")
      << "its own parent";
}

TEST(TreeText, ALongChatIsADeepTree) {
  Snapshot chat{1, true, {2000, 0}, {}};
  for (std::uint32_t i = 1; i <= 2000; ++i) chat.nodes.push_back(node(i, i - 1, {7}, {i}));
  EXPECT_THAT(text_of(chat), testing::EndsWith("└─ [7]  #2000 · 1 token · 1 page: 2000\n"));
}

}  // namespace
}  // namespace radixlab
