// Chapter 06, task 6.5: hits that end inside a page. Pages of four tokens; a text that is inserted brings pages of its own.
#include "paged_desk.hpp"

namespace radixlab {
namespace {

class Lab06Inside : public testing::Test {
 protected:
  std::shared_ptr<PageAllocator> pages = std::make_shared<PageAllocator>(100);
  PagedRadixCache manager{pages, {.page_size = 4, .partial_hits = true}};
  Story cache{manager, 4, true};
  FailureStory failure{cache};

  CacheHandle insert(const Text& tokens, std::uint32_t salt = 0) {
    const Pages own = take_pages(*pages, tokens.size() / 4);
    const CacheHandle held = cache.insert_prefix({tokens, salt}, own, {}).handle;
    for (const PageId page : own)
      if (pages->slot(page).owner == PageOwner::request) pages->deallocate(page);
    return held;
  }
  CacheHandle match(const Text& tokens, std::uint32_t salt = 0) { return cache.match_prefix({tokens, salt}); }
  Pages pages_of(const CacheHandle& handle) const {
    Pages named((handle.cached_len + 3) / 4);
    cache.copy_pages(handle, named);
    return named;
  }
  void expect_hit(const Text& asked, std::size_t len, const Pages& named, const std::string& why) {
    const CacheHandle found = match(asked);
    EXPECT_EQ(found.cached_len, len) << "I8: expected " << len << " tokens, found " << found.cached_len << ": " << why;
    if (found.cached_len == len) {
      EXPECT_EQ(pages_of(found), named) << "the hit names other pages: " << why;
    }
  }
  void TearDown() override {
    cache.check_integrity();
    cache.same_as_snapshot();
    expect_counts_fit(manager, "at the end of the test");
  }
};

TEST_F(Lab06Inside, T5_AHitEndsWithTheLastTokenThatAgrees) {
  insert({1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9});
  expect_hit({1, 2, 3, 4, 5, 6, 0, 0}, 6, {0, 1}, "six tokens agree: a whole page, and two tokens of the next one");
  expect_hit({1, 2, 3, 4, 5, 6, 7}, 7, {0, 1}, "all seven tokens that were asked for agree");
  expect_hit({1, 0}, 1, {0}, "one token agrees, and it is in the first page");
  expect_hit({1, 2, 3, 4, 5, 6, 7, 8, 9}, 9, {0, 1, 2}, "two whole pages, and one token of the third");
}

TEST_F(Lab06Inside, T5_WholePagesAreAHitToo) {
  insert({1, 2, 3, 4, 5, 6, 7, 8});
  expect_hit({1, 2, 3, 4, 0, 0, 0, 0}, 4, {0},
             "no child agrees for a token behind the first page: the hit is that page");
  expect_hit({1, 2, 3, 4}, 4, {0}, "nothing is left to be looked up behind the first page");
  expect_hit({1, 2, 3, 4, 5, 6, 7, 8, 5}, 8, {0, 1}, "nothing is cached behind the second page");
  expect_hit({0, 2, 3, 4}, 0, {}, "nothing begins with a 0");
  EXPECT_EQ(match({}), CacheHandle{}) << "nothing was asked for";
}

TEST_F(Lab06Inside, T5_TheNodeIsCutToOnePage) {
  insert({1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 8, 8, 8, 8});
  match({1, 2, 3, 4, 5, 6, 0, 0});
  const Snapshot shot = cache.snapshot();
  std::vector<std::size_t> edges;
  for (const NodeView& node : shot.nodes) edges.push_back(node.pages.size());
  EXPECT_EQ(edges, (std::vector<std::size_t>{1, 1, 2}))
      << "I15: the shared page, then the one page that the hit ends in, then the two behind it; these are the pages of "
         "each node";
}

TEST_F(Lab06Inside, T5_AHandleIsGoodAfterLaterLookUps) {
  insert({1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9});
  const CacheHandle first = match({1, 2, 3, 4, 5, 6, 0});
  cache.lock_handle(first);
  match({1, 2, 3, 4, 5, 0});
  match({1, 0});
  match({1, 2, 3, 4, 5, 6, 7, 8, 9});
  insert({1, 2, 3, 4, 5, 6, 0, 0});
  EXPECT_EQ(pages_of(first), (Pages{0, 1}))
      << "I15: the handle was locked, and names the same pages after other look-ups";
  EXPECT_NO_THROW(cache.unlock_handle(first)) << "I15: what was locked can be unlocked";
  for (const NodeView& node : cache.snapshot().nodes)
    EXPECT_EQ(node.use.ref_count, 0u) << "I18: each lock has had its unlock: node " << node.id;
}

TEST_F(Lab06Inside, T5_ALockedNodeIsCutToo) {
  const CacheHandle held = insert({1, 2, 3, 4, 5, 6, 7, 8});
  cache.lock_handle(held);
  expect_hit({1, 2, 0}, 2, {0}, "a request has these pages locked, and they are found all the same");
  EXPECT_EQ(pages_of(held), (Pages{0, 1})) << "I15: the node was cut, and the lower half has kept its name";
  expect_counts_fit(manager, "a locked node was cut by a look-up");
  cache.unlock_handle(held);
}

// The first half of a cut is a new node. Here it stands where an evicted one stood, and the handle needs all of its name.
TEST_F(Lab06Inside, T5_TheHandleHasTheWholeNameOfItsNode) {
  insert({9, 9, 9, 9});
  insert({1, 2, 3, 4, 5, 6, 7, 8});
  pages->give(cache.evict(1));
  CacheHandle found;
  EXPECT_NO_THROW(found = match({1, 2, 0})) << "I28: the handle names a node that is gone: its node and its generation "
                                               "are both the first half's, which is new";
  if (HasFailure()) return;
  EXPECT_EQ(pages_of(found), Pages{1}) << "the hit ends in the first of the text's two pages";
}

TEST_F(Lab06Inside, T5_ANodeOfOnePageIsNotCut) {
  insert({1, 2, 3, 4});
  const CacheHandle whole = match({1, 2, 3, 4});
  const CacheHandle part = match({1, 2});
  EXPECT_EQ(part, (CacheHandle{2, whole.node, whole.generation})) << "the node has one page: it is named as it is";
  EXPECT_EQ(manager.num_nodes(), 1u) << "there was nothing to cut";
  EXPECT_EQ(match({1, 2, 3, 4}), whole) << "the node is as it was";
}

TEST_F(Lab06Inside, T5_TheChildThatAgreesLongest) {
  insert({1, 2, 3, 4, 5, 0, 0, 0});
  insert({1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9});
  insert({1, 2, 3, 4, 5, 6, 0, 0});
  expect_hit({1, 2, 3, 4, 5, 6, 7, 1}, 7, {0, 3}, "three texts go on behind 1 2 3 4, and 5 6 7 8 agrees longest");
  expect_hit({1, 2, 3, 4, 5, 0, 9, 9}, 6, {0, 1}, "5 0 0 0 agrees longest");
}

TEST_F(Lab06Inside, T5_OfEqualsTheFirstInTokenOrder) {
  for (TokenId second = 40; second > 10; --second) insert({1, second, 0, 0});
  const std::string why = "I27: thirty texts agree for one token, and the first in the order of tokens is 1 11 0 0";
  expect_hit({1, 2, 3, 4}, 1, {29}, why);
  expect_hit({1, 90, 3, 4}, 1, {29}, why);
}

TEST_F(Lab06Inside, T5_ALookUpUsesTheNodeThatItNames) {
  insert({1, 2, 3, 4});
  insert({9, 9, 9, 9});
  match({1, 2, 3});
  EXPECT_EQ(cache.snapshot().nodes[0].use.hits, 1u) << "the answer names this node";
  const Pages gone = cache.evict(1);
  EXPECT_EQ(gone, Pages{1}) << "page 0 was looked up after page 1 was inserted, for three of its tokens";
  pages->give(gone);
}

TEST_F(Lab06Inside, T5_WhatLiesBehindWasNotUsed) {
  insert({1, 2, 3, 4, 5, 6, 7, 8});
  insert({9, 9, 9, 9});
  match({1, 2, 3});
  const Pages gone = cache.evict(1);
  EXPECT_EQ(gone, Pages{1}) << "I14: the look-up has used the first page alone; what is behind it is the oldest leaf";
  pages->give(gone);
}

TEST_F(Lab06Inside, T5_TheWholePagesOfAHit) {
  const CacheHandle whole = insert({1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(cache.whole_pages(match({1, 2, 9})), CacheHandle{}) << "no page of it is whole";
  const CacheHandle part = match({1, 2, 3, 4, 5, 9});
  EXPECT_EQ(part.cached_len, 5u) << "I8: five tokens agree";
  EXPECT_EQ(cache.whole_pages(part), match({1, 2, 3, 4})) << "one page of it is whole";
  EXPECT_EQ(cache.whole_pages(whole), whole)
      << "I15: both of its pages are whole, and the handle is from before the cuts";
}

TEST_F(Lab06Inside, T5_TenantsShareNoPartEither) {
  insert({1, 2, 3, 4}, 1);
  EXPECT_EQ(match({1, 2, 3}, 2), CacheHandle{}) << "I11: the text is cached under another salt";
  EXPECT_EQ(match({1, 2, 3}, 1).cached_len, 3u) << "it is cached under salt 1";
}

TEST_F(Lab06Inside, T5_PagesOfOneTokenHaveNoInside) {
  const auto ones = std::make_shared<PageAllocator>(4);
  PagedRadixCache alone(ones, {.page_size = 1, .partial_hits = true});
  const Pages own = take_pages(*ones, 3);
  alone.insert_prefix(Text{1, 2, 3}, own, {});
  const CacheHandle found = alone.match_prefix(PrefixKey(Text{1, 2, 9}));
  EXPECT_EQ(found.cached_len, 2u) << "two tokens agree, and they are two whole pages";
  EXPECT_EQ(alone.num_nodes(), 2u) << "1 2, and 3 below it: a page of one token agrees, or it does not";
}

// At the desk: the part is copied, and nobody else's page is written in.
using Lab06InsideDesk = PagedDesk;

TEST_F(Lab06InsideDesk, T5_ThePartIsCopied) {
  store(text(1, 12));
  Text asked = text(1, 6);
  asked.insert(asked.end(), {70, 71, 72});
  Request r = start(asked);
  EXPECT_EQ(r.hit, 6u) << "I8: six tokens are cached";
  EXPECT_EQ(kv.copied_tokens(), 2u) << "one page is shared, and two tokens of the next one are copied";
  expect_all_well({&r}, "a request began with a hit of six tokens");
  compute(r, 9);
  expect_all_well({&r}, "it computed the rest of its prompt");
  const Text first = text(1, 12);
  const CacheHandle original = cache.match_prefix(first);
  Pages named(3);
  cache.copy_pages(original, named);
  EXPECT_NO_THROW(kv.check(first, named)) << "I22: the asker writes in its copy: the cached text is as it was";
  desk.finish(r);
  expect_all_well({}, "it is done");
}

}  // namespace
}  // namespace radixlab
