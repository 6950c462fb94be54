// Orders that change as time passes, orders in classes, and names of pages: each against its plain definition.
#include "storage/class_order.hpp"

#include <gmock/gmock.h>
#include <map>
#include <random>

#include "orders.hpp"
#include "storage/page_hashes.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

struct Aging {
  std::uint32_t id = 0, order_index = kNotInOrder;
  std::uint32_t of = 0;
  int score = 0;
};

/// Nodes whose scores turn over with the clock.
struct ByClock {
  const int* clock;
  int operator()(const Aging& node) const { return node.score * *clock % 23; }
};

TEST(EvictionOrder, RescoredItEqualsASetMadeAnew) {
  std::mt19937 rng(1);
  std::vector<Aging> nodes(100);
  for (std::uint32_t i = 0; i < nodes.size(); ++i) nodes[i].id = i;
  int clock = 1;
  const ByClock score{&clock};
  EvictionOrder<Aging, ByClock> order(score);
  for (int round = 0; round < 300; ++round) {
    for (int change = 0; change < 20; ++change) {
      Aging& n = nodes[rng() % nodes.size()];
      if (rng() % 3 == 0) order.erase(n);
      if (order.contains(n)) continue;
      n.score = static_cast<int>(rng() % 1000);
      if (rng() % 2 == 0) order.insert(n);
    }
    clock = 1 + static_cast<int>(rng() % 1000);
    order.rescore();
    std::set<std::pair<int, std::uint32_t>> truth;
    for (const Aging& n : nodes)
      if (order.contains(n)) truth.insert({score(n), n.id});
    ASSERT_EQ(order.size(), truth.size());
    for (int gone = 0; gone < 3 && !truth.empty(); ++gone) {
      ASSERT_EQ(order.first().id, truth.begin()->second) << "round " << round;
      truth.erase(truth.begin());
      order.erase(order.first());
    }
  }
}

constexpr std::uint32_t kFew = 7;  // classes
struct ByClass {
  const int* clock;
  Ranked<int> operator()(const Aging& node) const {
    return {(node.of + static_cast<std::uint32_t>(*clock)) % kFew, node.score * *clock % 23};
  }
};

TEST(ClassOrder, EqualsASetAClass) {
  std::mt19937 rng(2);
  std::vector<Aging> nodes(150);
  for (std::uint32_t i = 0; i < nodes.size(); ++i) nodes[i].id = i;
  int clock = 1;
  const ByClass rank{&clock};
  ClassOrder<Aging, ByClass> order(kFew, rank);
  std::map<std::uint32_t, Ranked<int>> in;  // by id: where it stands
  for (int step = 0; step < 30000; ++step) {
    Aging& n = nodes[rng() % nodes.size()];
    const bool was_in = in.contains(n.id);
    switch (rng() % 4) {
      case 0:
        order.erase(n);
        in.erase(n.id);
        break;
      default:
        n.score = static_cast<int>(rng() % 20);  // many ties
        n.of = static_cast<std::uint32_t>(rng() % 60);
        if (was_in && rng() % 2 == 0)
          order.update(n);
        else
          order.insert(n);
        in.insert_or_assign(n.id, rank(n));
    }
    if (rng() % 500 == 0) {
      clock = 1 + static_cast<int>(rng() % 100);
      order.rescore();
      for (auto& [id, where] : in) where = rank(nodes[id]);
    }
    ASSERT_EQ(order.size(), in.size());
    ASSERT_EQ(order.empty(), in.empty());
    ASSERT_EQ(order.contains(n), in.contains(n.id));
    std::set<std::pair<int, std::uint32_t>> truth[kFew];
    for (const auto& [id, where] : in) truth[where.of].insert({where.score, id});
    for (std::uint32_t at = 0; at < kFew; ++at) {
      const Aging *const first = order.first(at), *const last = order.last(at);
      ASSERT_EQ(first == nullptr, truth[at].empty()) << "class " << at << " in step " << step;
      ASSERT_EQ(last == nullptr, truth[at].empty());
      if (truth[at].empty()) continue;
      ASSERT_EQ(first->id, truth[at].begin()->second) << "class " << at << " in step " << step;
      ASSERT_EQ(last->id, truth[at].rbegin()->second) << "class " << at << " in step " << step;
    }
  }
}

TEST(ClassOrder, WhatIsNotInIsLeftAlone) {
  const int clock = 0;
  Aging a, b;
  b.id = 1;
  ClassOrder<Aging, ByClass> order(kFew, {&clock});
  leave_alone_what_is_not_in(order, a, b);
  EXPECT_EQ(order.first(0), &a);
  EXPECT_EQ(order.last(0), &b);
}

TEST(PageHashes, NameAPageAndAllBeforeIt) {
  const Text text = {7, 7, 3, 1, 9, 9, 4, 2, 5, 5};
  const auto names = page_hashes(text, 4);
  ASSERT_EQ(names.size(), 2u) << "what fills no page has no name";
  EXPECT_EQ(names[0], hash_page(0, std::span(text).first(4)));
  EXPECT_EQ(names[1], hash_page(names[0], std::span(text).subspan(4, 4)));
  EXPECT_NE(page_hashes({text, 3}, 4)[0], names[0]);
  EXPECT_NE(page_hashes(Text{7, 7, 1, 3, 9, 9, 4, 2}, 4)[1], names[1]) << "the second page stands behind another";
  EXPECT_TRUE(page_hashes(Text{}, 4).empty());
}

TEST(PageHashes, NoTwoOfManyAreEqual) {
  std::set<std::uint64_t> names;
  std::size_t pages = 0;
  for (const std::uint32_t salt : {0u, 1u, 2u})
    for (TokenId a = 0; a < 60; ++a)
      for (TokenId b = 0; b < 60; ++b) {
        const std::vector<TokenId> text(20, 0);  // pages of one and the same token, one behind the other
        std::vector<TokenId> own = {a, b};
        if (a == 0 && b == 0) own.insert(own.end(), text.begin(), text.end());
        for (const std::uint64_t name : page_hashes({own, salt}, 2)) names.insert(name), ++pages;
      }
  EXPECT_EQ(names.size(), pages);
}

}  // namespace
}  // namespace radixlab
