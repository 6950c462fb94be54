// Chapter 05, tasks 5.1-5.3: the shape of the tree, at P = 1, 3 and 4.
#include "05-radix-tree/radix_tree.hpp"

#include <gmock/gmock.h>
#include <numeric>

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

class Lab05Tree : public testing::TestWithParam<std::size_t> {
 protected:
  std::size_t P = GetParam();
  RadixTree tree{P};

  Text text(std::string_view letters) const {  // a page of tokens for each letter
    Text tokens;
    for (const char letter : letters)
      for (std::size_t i = 0; i < P; ++i) tokens.push_back(static_cast<TokenId>(letter * 10 + static_cast<TokenId>(i)));
    return tokens;
  }
  RadixTree::Position at(RadixTree::Node& node) const { return {&node, node.end}; }
  RadixTree::Node& insert(RadixTree::Position where, std::string_view letters, PageId first) {
    std::vector<PageId> pages(letters.size());
    std::iota(pages.begin(), pages.end(), first);
    return tree.insert(where, text(letters), pages);
  }
  static std::vector<PageId> pages(const RadixTree::Node& node) {
    std::vector<PageId> all(node.pages.size());
    node.pages.copy_to(all);
    return all;
  }
  static Text tokens(const RadixTree::Node& node) { return {node.tokens.view().begin(), node.tokens.view().end()}; }
};

TEST_P(Lab05Tree, T1_LookupWalksWholeEdges) {
  RadixTree::Node& ab = insert(tree.root(0), "ab", 0);
  RadixTree::Node& cd = insert(at(ab), "cd", 2);
  EXPECT_EQ(tree.lookup(text("abcd"), tree.root(0)).node, &cd);
  EXPECT_EQ(tree.lookup(text("abcdx"), tree.root(0)).len, 4 * P);
  EXPECT_EQ(tree.lookup(text("abx"), tree.root(0)).node, &ab);
  EXPECT_EQ(tree.lookup(text("x"), tree.root(0)).len, 0u);
  EXPECT_EQ(tree.lookup({}, tree.root(0)).node, tree.root(0).node);
}

TEST_P(Lab05Tree, T1_LookupEndsAtANodesEnd) {
  insert(tree.root(0), "abcd", 0);
  const RadixTree::Position found = tree.lookup(text("abx"), tree.root(0));
  EXPECT_EQ(found.len, 2 * P);
  EXPECT_EQ(found.node->end, 2 * P);
  EXPECT_EQ(tokens(*found.node), text("ab"));
}

TEST_P(Lab05Tree, T1_LookupCountsWholePages) {
  RadixTree::Node& abcd = insert(tree.root(0), "abcd", 0);
  Text some = text("abcd");
  some.back() = -1;  // differs in the last token of the last page
  EXPECT_EQ(tree.lookup(some, tree.root(0)).len, 3 * P);
  some = text("abc");
  some.pop_back();
  EXPECT_EQ(tree.lookup(some, tree.root(0)).len, 2 * P);
  EXPECT_EQ(abcd.end, 4 * P);
}

TEST_P(Lab05Tree, T1_LookupResumes) {
  RadixTree::Node& ab = insert(tree.root(0), "ab", 0);
  RadixTree::Node& cd = insert(at(ab), "cd", 2);
  EXPECT_EQ(tree.lookup(text("abcd"), at(ab)).node, &cd);
  EXPECT_EQ(tree.lookup(text("abcd"), at(cd)).node, &cd);
}

TEST_P(Lab05Tree, T2_SplitPartsTextAndPages) {
  RadixTree::Node& lower = insert(tree.root(0), "abcd", 10);
  RadixTree::Node& upper = tree.split_edge(lower, 3 * P);
  EXPECT_EQ(tokens(upper), text("abc"));
  EXPECT_EQ(pages(upper), (std::vector<PageId>{10, 11, 12}));
  EXPECT_EQ(upper.end, 3 * P);
  EXPECT_EQ(tokens(lower), text("d"));
  EXPECT_EQ(pages(lower), (std::vector<PageId>{13}));
  EXPECT_EQ(lower.end, 4 * P);
}

TEST_P(Lab05Tree, T2_SplitLinksBothWays) {
  RadixTree::Node& lower = insert(tree.root(5), "abcd", 10);
  RadixTree::Node& below = insert(at(lower), "e", 20);
  RadixTree::Node& upper = tree.split_edge(lower, P);
  RadixTree::Node& root = *tree.root(5).node;
  EXPECT_EQ(tree.find_child(root, text("a")), &upper);
  EXPECT_EQ(root.children.size(), 1u);
  EXPECT_EQ(upper.parent, &root);
  EXPECT_EQ(tree.find_child(upper, text("b")), &lower);
  EXPECT_EQ(lower.parent, &upper);
  EXPECT_EQ(tree.find_child(lower, text("e")), &below);
  EXPECT_EQ(upper.cache_salt, 5u);
}

TEST_P(Lab05Tree, T2_SplitCopiesTheUse) {
  RadixTree::Node& lower = insert(tree.root(0), "abcd", 0);
  lower.use = {.ref_count = 2, .created = 3, .last_used = 4, .hits = 5, .priority = 6, .expires = 7, .policy_word = 8};
  EXPECT_EQ(tree.split_edge(lower, 2 * P).use, lower.use);
}

TEST_P(Lab05Tree, T2_TheLowerHalfKeepsItsName) {
  RadixTree::Node& lower = insert(tree.root(0), "abcd", 0);
  const CacheHandle handle{4 * P, lower.id, lower.generation};
  RadixTree::Node& upper = tree.split_edge(lower, P);
  EXPECT_EQ(&tree.node(handle), &lower);
  EXPECT_NE(upper.id, lower.id);
}

TEST_P(Lab05Tree, T3_InsertHangsALeaf) {
  RadixTree::Node& ab = insert(tree.root(0), "ab", 0);
  RadixTree::Node& c = insert(at(ab), "c", 9);
  RadixTree::Node& x = insert(at(ab), "x", 8);
  EXPECT_EQ(tokens(c), text("c"));
  EXPECT_EQ(pages(c), (std::vector<PageId>{9}));
  EXPECT_EQ(c.end, 3 * P);
  EXPECT_TRUE(c.is_leaf());
  EXPECT_EQ(c.parent, &ab);
  EXPECT_THAT(ab.children.in_order(), testing::ElementsAre(&c, &x));
}

TEST_P(Lab05Tree, T3_InsertKeepsItsOwnText) {
  Text mine = text("ab");
  const std::vector<PageId> held = {1, 2};
  RadixTree::Node& ab = tree.insert(tree.root(3), mine, held);
  mine.assign(mine.size(), -1);
  EXPECT_EQ(tokens(ab), text("ab"));
  EXPECT_EQ(ab.cache_salt, 3u);
}

TEST_P(Lab05Tree, GivenAPathHasTheNodesThatAreWholeInIt) {
  RadixTree::Node& ab = insert(tree.root(0), "ab", 0);
  RadixTree::Node& cd = insert(at(ab), "cd", 2);
  EXPECT_THAT(tree.path(text("abcdx")), testing::ElementsAre(&ab, &cd));
  EXPECT_THAT(tree.path(text("abc")), testing::ElementsAre(&ab));
  EXPECT_THAT(tree.path(text("ax")), testing::IsEmpty());
  EXPECT_THAT(tree.path({text("abcd"), 7}), testing::IsEmpty());
  EXPECT_EQ(tree.num_nodes(), 3u);  // nothing is cut for it
}

TEST_P(Lab05Tree, GivenRemoveLeafTakesOnlyLeaves) {
  RadixTree::Node& ab = insert(tree.root(0), "ab", 0);
  RadixTree::Node& c = insert(at(ab), "c", 9);
  EXPECT_THROW(tree.remove_leaf(ab), std::logic_error);
  tree.remove_leaf(c);
  tree.remove_leaf(ab);
  EXPECT_EQ(tree.find_root(0), nullptr);  // a tenant that holds nothing costs nothing
}

INSTANTIATE_TEST_SUITE_P(PageSizes, Lab05Tree, testing::Values(1, 3, 4));

TEST(Lab05TreeErrors, GivenPageSizeZeroIsRefused) { EXPECT_THROW(RadixTree(0), std::invalid_argument); }

}  // namespace
}  // namespace radixlab
