// The given parts, each against its plain definition.
#include <deque>
#include <gmock/gmock.h>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "orders.hpp"
#include "storage/child_table.hpp"
#include "storage/eviction_order.hpp"
#include "storage/free_list.hpp"
#include "storage/match_len.hpp"
#include "storage/node_pool.hpp"
#include "storage/run.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;
using testing::StartsWith;
using testing::ThrowsMessage;
using Text = std::vector<TokenId>;
using TokenRun = Run<TokenId>;  // inside a TEST, Run alone is GoogleTest's own

Arena test_arena;

struct Node {
  std::uint32_t id = 0, generation = 0, order_index = kNotInOrder;
  Run<TokenId> tokens;
  int score = 0;
};

TEST(NodePool, ANameIsGoodAsLongAsItsNode) {
  NodePool<Node> pool;
  Node& a = pool.make();
  const auto id = a.id, generation = a.generation;
  EXPECT_EQ(&pool.at(id, generation), &a);
  a.score = 7;
  pool.drop(a);
  EXPECT_THAT([&] { pool.at(id, generation); }, ThrowsMessage<std::logic_error>(StartsWith("I28")));
  EXPECT_THROW(pool.at(id, generation + 1), std::logic_error);  // the name of a free slot
  Node& b = pool.make();
  EXPECT_EQ(&b, &a);  // the slot is used again, fresh, under another name
  EXPECT_EQ(b.score, 0);
  EXPECT_NE(b.generation, generation);
  EXPECT_THROW(pool.at(id, generation), std::logic_error);
  EXPECT_THROW(pool.at(1000000, 1), std::logic_error);
}

TEST(NodePool, NodesNeverMove) {
  NodePool<Node> pool;
  std::vector<Node*> all;
  std::set<std::uint32_t> ids;
  for (int i = 0; i < 3000; ++i) {
    all.push_back(&pool.make());
    all.back()->score = i;
    ids.insert(all.back()->id);
  }
  EXPECT_EQ(ids.size(), 3000u);
  EXPECT_EQ(*ids.rbegin(), 2999u);  // ids are dense: the lowest first
  EXPECT_EQ(pool.size(), 3000u);
  for (int i = 0; i < 3000; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)]->score, i);
}

TEST(Run, IsCutWithoutCopying) {
  const Text text = {1, 2, 3, 4, 5};
  const TokenRun all(text, test_arena);
  const TokenRun upper = all.first(2), lower = all.subspan(2), middle = lower.first(2);
  EXPECT_THAT(upper.view(), ElementsAre(1, 2));
  EXPECT_THAT(lower.view(), ElementsAre(3, 4, 5));
  EXPECT_THAT(middle.view(), ElementsAre(3, 4));
  EXPECT_EQ(middle.view().data(), all.view().data() + 2);
  EXPECT_EQ(lower[2], 5);
  EXPECT_TRUE(all.subspan(5).empty());
}

TEST(Run, LivesOnWhenTheOthersAreGone) {
  TokenRun upper;
  {
    const TokenRun all(Text(1000, 7), test_arena);
    upper = all.first(3);
    const TokenId* const shared = upper.view().data();
    upper.shrink_to_fit();
    EXPECT_EQ(upper.view().data(), shared);  // not while another looks into the buffer
  }
  const TokenId* const before = upper.view().data();
  upper.shrink_to_fit();
  EXPECT_NE(upper.view().data(), before);  // 3 tokens keep no 1000 alive
  EXPECT_THAT(upper.view(), ElementsAre(7, 7, 7));
}

TEST(ChildTable, EqualsAMap) {
  for (const std::size_t P : {1, 3}) {
    std::mt19937 rng(static_cast<unsigned>(P));
    std::deque<Node> nodes;
    std::map<Text, Node*> truth;
    ChildTable<Node> table;
    for (int step = 0; step < 20000; ++step) {
      const unsigned keys = step % 4000 < 2000 ? 400 : 3;  // grows, then shrinks to a few and to none
      Text page(P, 5);
      page.back() = static_cast<TokenId>(rng() % keys);
      if (rng() % 2 == 0 && keys > 3) {
        Node& child = nodes.emplace_back();
        child.tokens = TokenRun(page, test_arena);
        table.put(child, P);  // also in the place of another
        truth[page] = &child;
      } else if (!truth.empty()) {
        const auto it = truth.lower_bound(page) == truth.end() ? truth.begin() : truth.lower_bound(page);
        table.erase(*it->second, P);
        truth.erase(it);
      }
      ASSERT_EQ(table.size(), truth.size());
      ASSERT_EQ(table.empty(), truth.empty());
      const auto it = truth.find(page);
      ASSERT_EQ(table.find(page), it == truth.end() ? nullptr : it->second);
    }
    std::vector<Node*> in_order;
    for (const auto& [page, child] : truth) in_order.push_back(child);
    EXPECT_EQ(table.in_order(), in_order);
    for (const auto& [page, child] : truth) EXPECT_EQ(table.find(page), child);
  }
}

TEST(ChildTable, OrderIsThatOfTheTokens) {  // I27: not of insertion, hashes or addresses
  std::deque<Node> nodes(100);
  ChildTable<Node> up, down;
  for (TokenId i = 0; i < 100; ++i) nodes[static_cast<std::size_t>(i)].tokens = TokenRun(Text{i - 50}, test_arena);
  for (std::size_t i = 0; i < 100; ++i) up.put(nodes[i], 1), down.put(nodes[99 - i], 1);
  EXPECT_EQ(up.in_order(), down.in_order());
  EXPECT_EQ(up.in_order().front(), &nodes[0]);
}

struct ByScore {
  int operator()(const Node& node) const { return node.score; }
};

TEST(EvictionOrder, EqualsASet) {
  std::mt19937 rng(1);
  std::vector<Node> nodes(200);
  for (std::uint32_t i = 0; i < nodes.size(); ++i) nodes[i].id = i;
  std::set<std::pair<int, std::uint32_t>> truth;
  EvictionOrder<Node, ByScore> order;
  for (int step = 0; step < 50000; ++step) {
    Node& n = nodes[rng() % nodes.size()];
    switch (rng() % 3) {
      case 0:
        truth.erase({n.score, n.id});
        n.score = static_cast<int>(rng() % 20);  // many ties
        truth.insert({n.score, n.id});
        order.insert(n);
        break;
      case 1:
        truth.erase({n.score, n.id});
        order.erase(n);
        break;
      default:
        if (truth.erase({n.score, n.id}) == 0) break;
        n.score = static_cast<int>(rng() % 20);
        truth.insert({n.score, n.id});
        order.update(n);
    }
    ASSERT_EQ(order.size(), truth.size());
    ASSERT_EQ(order.contains(n), truth.contains({n.score, n.id}));
    if (truth.empty()) continue;
    ASSERT_EQ(order.first().id, truth.begin()->second);
  }
}

TEST(EvictionOrder, WhatIsNotInIsLeftAlone) {
  Node a, b;
  b.id = 1;
  EvictionOrder<Node, ByScore> order;
  leave_alone_what_is_not_in(order, a, b);
  EXPECT_EQ(&order.first(), &a);
}

TEST(FreeListTest, I30_GivesDistinctPagesAndTakesThemBackOnce) {
  FreeList list(3);
  std::set<PageId> taken;
  while (const auto page = list.take()) taken.insert(*page);
  EXPECT_THAT(taken, ElementsAre(0, 1, 2));
  EXPECT_EQ(list.free_count(), 0u);
  list.give(1);
  EXPECT_THAT([&] { list.give(1); }, ThrowsMessage<std::logic_error>("I30: page 1 is freed twice"));
  EXPECT_THAT([&] { list.give(3); }, ThrowsMessage<std::logic_error>(StartsWith("I30: page 3 is foreign")));
  EXPECT_EQ(list.free_count(), 1u);
  EXPECT_EQ(list.take(), 1u);
}

TEST(MatchLen, EqualsALoop) {
  std::mt19937 rng(3);
  Text a(300);
  std::iota(a.begin(), a.end(), -5);
  for (std::size_t shift = 0; shift < 3; ++shift)
    for (std::size_t n = 0; n + shift <= a.size(); ++n) {
      Text b(a.begin() + static_cast<std::ptrdiff_t>(shift), a.begin() + static_cast<std::ptrdiff_t>(shift + n));
      const std::span<const TokenId> whole = std::span(a).subspan(shift);
      EXPECT_EQ(get_match_len(whole, b), n);
      EXPECT_EQ(get_match_len(b, whole), n);
      if (n == 0) continue;
      const std::size_t at = rng() % n;
      b[at] ^= 1 << rng() % 31;
      EXPECT_EQ(get_match_len(whole, b), at);
    }
}

}  // namespace
}  // namespace radixlab
