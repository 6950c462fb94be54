// The child that agrees longest with a text: against brute force, without memory, and by how many children are read.
#include <deque>
#include <functional>
#include <gmock/gmock.h>
#include <map>
#include <new>
#include <random>

#include "../conformance/failing_allocations.hpp"
#include "storage/child_table.hpp"
#include "storage/run.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Tokens = std::span<const TokenId>;

Arena children_arena;

struct CountedTokens : Run<TokenId> {
  using Run<TokenId>::Run;
  CountedTokens(const Run<TokenId>& run) : Run<TokenId>(run) {}
  Tokens view() const { return ++reads, Run<TokenId>::view(); }
  static inline std::size_t reads = 0;
};

struct Child {
  CountedTokens tokens;
};

// A table beside a plain map from first pages to children.
class Family {
 public:
  explicit Family(std::size_t page_size) : P(page_size) {}

  Child& make(Tokens text) {
    Child& child = all_.emplace_back();
    child.tokens = CountedTokens(text, children_arena);
    return child;
  }
  void put(Child& child) {
    table.put(child, P);
    truth[page(child)] = &child;
  }
  void put(Tokens text) { put(make(text)); }
  void erase(Child& child) {
    table.erase(child, P);
    truth.erase(page(child));
  }
  // As the tree cuts an edge: the upper half comes into the place of the lower, which then loses those tokens.
  void split(Child& lower, std::size_t at) {
    Child& upper = all_.emplace_back();
    upper.tokens = lower.tokens.first(at);
    put(upper);
    lower.tokens = lower.tokens.subspan(at);
  }
  ClosestChild<Child> plainly_closest(Tokens text) const {
    ClosestChild<Child> best;
    for (const auto& [page, child] : truth) {
      const Tokens asked = text.first(std::min(text.size(), P));
      const auto len = static_cast<std::size_t>(std::ranges::mismatch(page, asked).in1 - page.begin());
      if (len > best.len) best = {child, len};
    }
    return best;
  }
  void agrees_about(Tokens text) {
    const ClosestChild<Child> found = table.closest(text, P), expected = plainly_closest(text);
    ASSERT_EQ(found.child, expected.child) << testing::PrintToString(text) << " among " << truth.size();
    ASSERT_EQ(found.len, expected.len) << testing::PrintToString(text) << " among " << truth.size();
  }
  void same_children() const {
    ASSERT_EQ(table.size(), truth.size());
    std::vector<Child*> in_order;
    for (const auto& [page, child] : truth) {
      ASSERT_EQ(table.find(page), child);
      in_order.push_back(child);
    }
    ASSERT_EQ(table.in_order(), in_order);
  }

  const std::size_t P;
  ChildTable<Child> table;
  std::map<Text, Child*> truth;

 private:
  Text page(const Child& child) const {
    const Tokens first = child.tokens.view().first(P);
    return {first.begin(), first.end()};
  }
  std::deque<Child> all_;
};

struct Shape {
  std::size_t page_size;
  TokenId letters;  // how many different tokens: few, so that many children agree in part
};

// The most children there may be goes up and down, to none: orders come and go.
void live(Shape shape, unsigned seed) {
  const std::size_t P = shape.page_size;
  std::mt19937 rng(seed);
  const auto text = [&](std::size_t tokens) {
    Text all(tokens);
    for (TokenId& token : all) token = static_cast<TokenId>(rng() % static_cast<unsigned>(shape.letters)) - 2;
    return all;
  };
  Family family(P);
  const auto any = [&]() -> Child& {
    const auto it = family.truth.lower_bound(text(P));
    return it == family.truth.end() ? *family.truth.begin()->second : *it->second;
  };
  for (int step = 0; step < 8000; ++step) {
    const std::size_t most =
        std::array<std::size_t, 8>{300, 0, 20, 40, 0, 300, 30, 0}[static_cast<std::size_t>(step) / 1000];
    const unsigned choice = rng() % 4;
    if (family.truth.size() > most || (choice == 0 && !family.truth.empty())) {
      family.erase(any());
    } else if (choice == 1 && !family.truth.empty()) {
      Child& lower = any();
      if (const std::size_t pages = lower.tokens.size() / P; pages > 1)
        family.split(lower, P * (1 + rng() % (pages - 1)));
    } else if (family.truth.size() < most) {
      if (rng() % 2 == 0) family.table.make_room(P);
      family.put(text(P * (1 + rng() % 3)));
    }
    if (step % 2000 < 300) continue;  // grows without an order for a while
    Text asked = text(rng() % (2 * P + 1));
    if (!family.truth.empty() && rng() % 2 == 0) {  // near a child
      asked = family.truth.begin()->first;
      asked[rng() % P] += static_cast<TokenId>(rng() % 3) - 1;
    }
    ASSERT_NO_FATAL_FAILURE(family.agrees_about(asked)) << "step " << step;
    ASSERT_EQ(family.table.size(), family.truth.size());
  }
  family.same_children();
}

TEST(ChildOrder, ClosestEqualsBruteForce) {
  for (const Shape shape : {Shape{1, 500}, Shape{3, 8}, Shape{4, 6}, Shape{16, 3}, Shape{16, 100}})
    for (unsigned seed = 0; seed < 5; ++seed) {
      SCOPED_TRACE(testing::Message() << "P = " << shape.page_size << ", seed " << seed);
      ASSERT_NO_FATAL_FAILURE(live(shape, seed));
    }
}

TEST(ChildOrder, OfEqualsTheFirstInTheOrderOfTokens) {  // I27
  for (const TokenId children : {3, 100}) {             // read one by one, and put in order
    Family family(3);
    for (TokenId i = children; i-- > 0;) family.put(Text{5, i / 10, i});
    EXPECT_EQ(family.table.closest(Text{5, 0, 1000}, 3).child, family.truth.at({5, 0, 0}));
    EXPECT_EQ(family.table.closest(Text{5, 1000, 0}, 3).child, family.truth.at({5, 0, 0}));
    EXPECT_EQ(family.table.closest(Text{5}, 3).len, 1u);
    EXPECT_EQ(family.table.closest(Text{4, 0, 0}, 3).child, nullptr);
    EXPECT_EQ(family.table.closest({}, 3).child, nullptr);
  }
}

// A red-black tree of n entries is at most 2 log2(n + 1) deep; a question walks down it twice and reads two neighbours.
TEST(ChildOrder, AQuestionReadsFewChildren) {
  constexpr std::size_t kChildren = 10'000, kMost = 2 * 27 + 2;
  Family family(4);
  std::mt19937 rng(1);
  const auto text = [&] {
    Text page(4);
    for (TokenId& token : page) token = static_cast<TokenId>(rng() % 20);
    return page;
  };
  while (family.truth.size() < kChildren / 2) family.put(text());
  family.table.closest(text(), 4);  // puts them in order, and so they stay while the table grows
  while (family.truth.size() < kChildren) {
    family.put(text());
    const Text asked = text();
    CountedTokens::reads = 0;
    family.table.closest(asked, 4);
    ASSERT_LE(CountedTokens::reads, kMost) << "children were read among " << family.truth.size();
  }
}

class ChildOrderMemory : public testing::Test {
 protected:
  static constexpr TokenId kSizes[] = {0, 1, 2, 3, 12, 13, 24, 25, 48, 49, 96, 97, 200};

  static void fill(Family& family, TokenId children, bool ask) {
    for (TokenId i = 0; i < children; ++i) family.put(Text{i / 10, i, 7, 7});
    if (ask) family.table.closest(Text{0, -1}, 2);
  }
  // The k-th allocation fails; returns how many there were.
  template <class Call>
  static std::size_t run(std::size_t fail_at, Call call) {
    const AllocationFault fault(fail_at);
    const FailHere here(true);
    call();
    return AllocationFault::seen;
  }
  // At its first, its second, ... allocation, each time with a new family, until it makes no more.
  static void at_every_allocation(const std::function<void(Family&, Child&)>& call) {
    for (const TokenId children : kSizes)
      for (const bool ask : {false, true})
        for (std::size_t k = 1;; ++k) {
          SCOPED_TRACE(testing::Message() << children << " children, asked: " << ask << ", allocation " << k);
          Family family(2);
          fill(family, children, ask);
          Child& another = family.make(Text{-5, 3});
          try {
            if (run(k, [&] { call(family, another); }) < k) break;
            FAIL() << "the allocation failed, and nobody was told";
          } catch (const std::bad_alloc&) {
            ASSERT_NO_FATAL_FAILURE(family.same_children());
            ASSERT_NO_FATAL_FAILURE(family.agrees_about(Text{3, 1000}));
            run(0, [&] { call(family, another); });
          }
        }
  }
};

TEST_F(ChildOrderMemory, AFailedQuestionChangesNothing) {
  const Text asked{3, -1};
  at_every_allocation([&](Family& family, Child&) { family.table.closest(asked, 2); });
}

TEST_F(ChildOrderMemory, AFailedPutChangesNothing) {
  at_every_allocation([](Family& family, Child& child) { family.table.put(child, 2); });
}

TEST_F(ChildOrderMemory, AFailedMakeRoomChangesNothing) {
  at_every_allocation([](Family& family, Child&) { family.table.make_room(2); });
}

TEST_F(ChildOrderMemory, WhatMustNotFailNeedsNoMemory) {
  for (const TokenId children : kSizes)
    for (const bool ask : {false, true}) {
      SCOPED_TRACE(testing::Message() << children << " children, asked: " << ask);
      Family family(2);
      fill(family, children, ask);
      Child &one = family.make(Text{-5, 3}), &other = family.make(Text{-5, 3});
      family.table.make_room(2);
      const auto never = [&](auto call) { EXPECT_EQ(run(0, call), 0u); };
      never([&] { family.table.put(one, 2); });    // after make_room
      never([&] { family.table.put(other, 2); });  // in the place of a child with the same page
      never([&] { family.table.erase(other, 2); });
      if (children > 0) never([&] { family.table.put(one, 2); });  // into the place that an erase left
      if (children > 0) never([&] { family.table.erase(one, 2); });
      family.same_children();
      family.agrees_about(Text{-5});
    }
}

// Few that are left of many stand in a table of many slots: to read them all is to walk all slots.
TEST_F(ChildOrderMemory, WhatIsLeftOfManyIsPutInOrder) {
  Family family(2);
  fill(family, 1000, false);
  while (family.truth.size() > 5) family.erase(*family.truth.begin()->second);
  const Text asked{99, -1};
  EXPECT_GT(run(0, [&] { family.table.closest(asked, 2); }), 0u) << "no order was made";
  family.agrees_about(asked);
}

TEST_F(ChildOrderMemory, PagesOfATokenNeedNoOrder) {
  Family family(1);
  for (TokenId i = 0; i < 1000; ++i) family.put(Text{i});
  const Text asked{99, 5};
  EXPECT_EQ(run(0, [&] { family.table.closest(asked, 1); }), 0u) << "who agrees for a token is found by its hash";
}

TEST_F(ChildOrderMemory, AllOfItIsFreed) {
  std::array<Child, 100> children;
  for (std::size_t i = 0; i < children.size(); ++i)
    children[i].tokens = CountedTokens(Text{static_cast<TokenId>(i), 0}, children_arena);
  const std::size_t before = AllocationFault::live;
  {
    ChildTable<Child> table;
    for (Child& child : children) table.put(child, 2), table.closest(Text{-1}, 2);
    table.make_room(2);
    for (std::size_t i = 0; i < 50; ++i) table.erase(children[i], 2);
  }
  EXPECT_EQ(AllocationFault::live, before);
}

}  // namespace
}  // namespace radixlab
