// Chapter 05, tasks 5.1-5.3: the shape of the tree, at P = 1, 3 and 4. Each letter of a text is a page of tokens.
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

  Text text(std::string_view letters) const {
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
  EXPECT_EQ(tree.lookup(text("abcd"), tree.root(0)).node, &cd)
      << "I7: the text goes on below ab, so the walk must go on there";
  EXPECT_EQ(tree.lookup(text("abcdx"), tree.root(0)).len, 4 * P)
      << "I7: all of ab and cd agrees: four pages, counted from the root; x is not known";
  EXPECT_EQ(tree.lookup(text("abx"), tree.root(0)).node, &ab)
      << "I7: ab agrees whole, and no child begins with x: the walk ends at ab";
  EXPECT_EQ(tree.num_nodes(), 3u) << "every walk ended where a node ends, so no edge is to be cut";
}

TEST_P(Lab05Tree, T1_NothingIsFoundAtTheRoot) {
  insert(tree.root(0), "ab", 0);
  for (const Text& unknown : {text("x"), Text{}}) {
    const RadixTree::Position found = tree.lookup(unknown, tree.root(0));
    EXPECT_EQ(found.node, tree.root(0).node) << "nothing agrees: the walk ends where it began, at the root";
    EXPECT_EQ(found.len, 0u) << "nothing agrees: no token is found";
  }
}

TEST_P(Lab05Tree, T1_LookupEndsAtANodesEnd) {
  RadixTree::Node& lower = insert(tree.root(0), "abcd", 0);
  const RadixTree::Position found = tree.lookup(text("abx"), tree.root(0));
  EXPECT_EQ(found.len, 2 * P) << "I7: two pages, a and b, agree: a walk that ends inside an edge has found them";
  EXPECT_EQ(found.node->end, found.len)
      << "S2: what is found must end at a node's end, so that a handle can name it and its pages: cut the edge there";
  EXPECT_EQ(tokens(*found.node), text("ab")) << "I9: the edge abcd is cut into ab and cd, and ab is the answer";
  EXPECT_EQ(tokens(lower), text("cd")) << "I9: cd is what is left below";
}

TEST_P(Lab05Tree, T1_AShortTextEndsInsideAnEdge) {
  insert(tree.root(0), "abcd", 0);
  const RadixTree::Position found = tree.lookup(text("abc"), tree.root(0));
  EXPECT_EQ(found.len, 3 * P) << "I24: abcd is stored, so every prefix of it is known: abc, too";
  EXPECT_EQ(found.node->end, 3 * P) << "S2: the edge must be cut where the text ends";
}

TEST_P(Lab05Tree, T1_AnEdgeFurtherDownIsCut) {
  RadixTree::Node& ab = insert(tree.root(0), "ab", 0);
  insert(at(ab), "cdef", 2);
  const RadixTree::Position found = tree.lookup(text("abcdx"), tree.root(0));
  EXPECT_EQ(found.len, 4 * P) << "I7: ab, then cd of the edge cdef: four pages from the root";
  EXPECT_EQ(tokens(*found.node), text("cd")) << "the edge below ab is cut behind cd";
}

TEST_P(Lab05Tree, T1_LookupCountsWholePages) {
  RadixTree::Node& abcd = insert(tree.root(0), "abcd", 0);
  Text some = text("abcd");
  some.back() = -1;
  EXPECT_EQ(tree.lookup(some, tree.root(0)).len, 3 * P)
      << "I8: the last token of the last page differs, so that page is no hit: three whole pages agree";
  some = text("abc");
  some.pop_back();
  EXPECT_EQ(tree.lookup(some, tree.root(0)).len, 2 * P) << "I8: of c a token is missing: two whole pages are found";
  EXPECT_EQ(abcd.end, 4 * P) << "the lower half still ends where it ended";
}

TEST_P(Lab05Tree, T1_LookupResumes) {
  RadixTree::Node& ab = insert(tree.root(0), "ab", 0);
  RadixTree::Node& cd = insert(at(ab), "cd", 2);
  EXPECT_EQ(tree.lookup(text("abcd"), at(ab)).node, &cd)
      << "`from` says that ab lies behind already: of the text, the part behind from.len is looked up below from.node";
  EXPECT_EQ(tree.lookup(text("abcd"), at(cd)).len, 4 * P)
      << "all of it lies behind: nothing is left to look up, and len still counts from the root";
}

TEST_P(Lab05Tree, T1_ReadsNothingBeforeItsStart) {
  RadixTree::Node& ab = insert(tree.root(0), "ab", 0);
  RadixTree::Node& cd = insert(at(ab), "cd", 2);
  EXPECT_EQ(tree.lookup(text("??cd"), at(ab)).node, &cd)
      << "a walk that resumes costs what it adds: the tokens before from.len are never read again. To find out, this "
         "test has put others in their place";
}

TEST_P(Lab05Tree, T2_SplitPartsTextAndPages) {
  const std::string_view letters = "abcd";
  const std::vector<PageId> all = {10, 11, 12, 13};
  for (const std::size_t n : {1, 2, 3}) {
    SCOPED_TRACE("abcd is cut behind " + std::to_string(n) + " of its four pages");
    const auto cut = all.begin() + static_cast<std::ptrdiff_t>(n);
    RadixTree::Node& lower = insert(tree.root(static_cast<std::uint32_t>(n)), letters, 10);
    RadixTree::Node& upper = tree.split_edge(lower, n * P);
    EXPECT_EQ(tokens(upper), text(letters.substr(0, n))) << "the upper half has the edge's first `at` tokens";
    EXPECT_EQ(pages(upper), std::vector(all.begin(), cut))
        << "I1: a page for every P tokens: S1, the seed's upper half had none at all";
    EXPECT_EQ(upper.end, n * P) << "the upper half ends where the edge is cut";
    EXPECT_EQ(tokens(lower), text(letters.substr(n))) << "the lower half has the rest of the tokens";
    EXPECT_EQ(pages(lower), std::vector(cut, all.end()))
        << "I1: the lower half has the rest of the pages, at / P fewer";
    EXPECT_EQ(lower.end, 4 * P) << "the lower half ends where the whole edge ended";
  }
}

TEST_P(Lab05Tree, T2_SplitBelowAnotherNode) {
  RadixTree::Node& ab = insert(tree.root(0), "ab", 0);
  RadixTree::Node& lower = insert(at(ab), "cdef", 10);
  RadixTree::Node& upper = tree.split_edge(lower, P);
  EXPECT_EQ(upper.end, 3 * P) << "`end` counts from the root: the two pages of ab, and c";
  EXPECT_EQ(upper.parent, &ab) << "the upper half takes the lower one's place below ab";
  EXPECT_EQ(lower.end, 6 * P) << "the lower half ends where the whole edge ended";
}

TEST_P(Lab05Tree, T2_SplitLinksBothWays) {
  RadixTree::Node& lower = insert(tree.root(5), "abcd", 10);
  RadixTree::Node& below = insert(at(lower), "e", 20);
  RadixTree::Node& upper = tree.split_edge(lower, P);
  RadixTree::Node& root = *tree.root(5).node;
  EXPECT_EQ(tree.find_child(root, text("a")), &upper) << "I2: the parent's child that begins with a is the upper half";
  EXPECT_EQ(root.children.size(), 1u)
      << "I2: upper takes lower's place in the parent's table; it is not a second child";
  EXPECT_EQ(upper.parent, &root) << "the upper half hangs on the old parent";
  EXPECT_EQ(tree.find_child(upper, text("b")), &lower) << "I2: lower is upper's child, found by its new first page, b";
  EXPECT_EQ(upper.children.size(), 1u) << "upper has one child: lower";
  EXPECT_EQ(lower.parent, &upper) << "lower's way up leads through upper: who locks it has to pass there (I13)";
  EXPECT_EQ(tree.find_child(lower, text("e")), &below) << "what hung below the edge still hangs on the lower half";
  EXPECT_EQ(upper.cache_salt, 5u) << "I11: the upper half is the same tenant's text";
}

TEST_P(Lab05Tree, T2_SiblingsStayWhereTheyAre) {
  for (const std::string_view letters : {"xa", "ya", "za", "ab", "wa"}) insert(tree.root(0), letters, 0);
  RadixTree::Node& root = *tree.root(0).node;
  RadixTree::Node& upper = tree.split_edge(*tree.find_child(root, text("a")), P);
  EXPECT_EQ(root.children.size(), 5u) << "I2: the root had five children, and has five: one of them is upper now";
  EXPECT_EQ(tree.find_child(root, text("a")), &upper) << "I2: a leads to the upper half";
  for (const std::string_view letter : {"x", "y", "z", "w"})
    EXPECT_NE(tree.find_child(root, text(letter)), nullptr) << "I2: a sibling is lost: " << letter;
}

TEST_P(Lab05Tree, T2_SplitCopiesTheUse) {
  RadixTree::Node& lower = insert(tree.root(0), "abcd", 0);
  const Usage use = {
      .ref_count = 2, .created = 3, .last_used = 4, .hits = 5, .priority = 6, .expires = 7, .policy_word = 8};
  lower.use = use;
  RadixTree::Node& upper = tree.split_edge(lower, 2 * P);
  EXPECT_EQ(upper.use.ref_count, 2u) << "I13: whoever locked the lower half passes through the upper one";
  EXPECT_EQ(upper.use, use) << "I14: the upper half is as old as the lower one, and was used as often and as lately: a "
                               "split copies the whole use";
  EXPECT_EQ(lower.use, use) << "I14: the use of the lower half stays as it was";
}

TEST_P(Lab05Tree, T2_TheLowerHalfKeepsItsName) {
  RadixTree::Node& lower = insert(tree.root(0), "abcd", 0);
  const CacheHandle handle{4 * P, lower.id, lower.generation};
  RadixTree::Node& upper = tree.split_edge(lower, P);
  EXPECT_NE(&upper, &lower) << "I15: the answer is the upper half, a new node";
  EXPECT_EQ(&tree.node(handle), &lower) << "I15: a handle taken before the split still names the end of the lower half";
  EXPECT_EQ(lower.end, 4 * P) << "I15: the node of that name ends where the handle says";
}

TEST_P(Lab05Tree, T2_NoTokenIsCopied) {
  RadixTree::Node& lower = insert(tree.root(0), "abcd", 0);
  const TokenId* const text = lower.tokens.view().data();
  RadixTree::Node& upper = tree.split_edge(lower, 2 * P);
  EXPECT_EQ(upper.tokens.view().data(), text) << "O(1): both halves look into one buffer: Run's first() copies nothing";
  EXPECT_EQ(lower.tokens.view().data(), text + 2 * P) << "O(1): and neither does Run's subspan()";
}

TEST_P(Lab05Tree, T3_InsertHangsALeaf) {
  RadixTree::Node& ab = insert(tree.root(0), "ab", 0);
  ab.use = {.ref_count = 2, .created = 3, .last_used = 4, .hits = 5};
  RadixTree::Node& c = insert(at(ab), "c", 9);
  RadixTree::Node& x = insert(at(ab), "x", 8);
  EXPECT_EQ(tokens(c), text("c")) << "the leaf's edge is the tokens that were given";
  EXPECT_EQ(pages(c), (std::vector<PageId>{9})) << "I1: the leaf holds the pages that were given";
  EXPECT_EQ(c.end, 3 * P) << "`end` counts from the root: at.len tokens lie above, then the leaf's own";
  EXPECT_TRUE(c.is_leaf()) << "nothing hangs below it yet";
  EXPECT_EQ(c.parent, &ab) << "the way up leads to at.node";
  EXPECT_THAT(ab.children.in_order(), testing::ElementsAre(&c, &x)) << "I2: both stand in the table of at.node";
  EXPECT_EQ(c.use, Usage{})
      << "I16: nobody has locked or used the new leaf yet, whoever uses the node above it: insert leaves "
         "`use` as a new node has it";
}

TEST_P(Lab05Tree, T3_EndCountsFromTheRoot) {
  RadixTree::Node& ab = insert(tree.root(0), "ab", 0);
  RadixTree::Node& cde = insert(at(ab), "cde", 2);
  RadixTree::Node& f = insert(at(cde), "f", 5);
  EXPECT_EQ(f.end, 6 * P) << "ab, cde and f are six pages: `end` is at.len and the leaf's own tokens, whatever the "
                             "length of the edge above";
  EXPECT_EQ(f.cache_salt, 0u) << "I11: the same tenant's text";
}

TEST_P(Lab05Tree, T3_InsertKeepsItsOwnText) {
  Text mine = text("ab");
  std::vector<PageId> held = {1, 5};
  RadixTree::Node& ab = tree.insert(tree.root(3), mine, held);
  mine.assign(mine.size(), -1);
  held.assign(2, 0);
  EXPECT_EQ(tokens(ab), text("ab")) << "the caller writes over its tokens afterwards: the leaf needs a copy of its own";
  EXPECT_EQ(pages(ab), (std::vector<PageId>{1, 5})) << "the caller's list of pages is its own, and changes";
  EXPECT_EQ(ab.cache_salt, 3u) << "I11: the leaf is of the tenant under whose root it hangs";
}

TEST_P(Lab05Tree, T3_ManyChildrenAreFound) {
  RadixTree::Node& ab = insert(tree.root(0), "ab", 0);
  const std::string_view letters = "cdefghijklm";
  for (std::size_t i = 0; i < letters.size(); ++i) insert(at(ab), letters.substr(i, 1), static_cast<PageId>(10 + i));
  EXPECT_EQ(ab.children.size(), letters.size()) << "I2: every text with another first page is a child of its own";
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const RadixTree::Node* const child = tree.find_child(ab, text(letters.substr(i, 1)));
    ASSERT_NE(child, nullptr) << "I2: the child that begins with page " << letters[i] << " is not found";
    EXPECT_EQ(pages(*child), std::vector<PageId>{static_cast<PageId>(10 + i)}) << "another child's pages";
  }
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
