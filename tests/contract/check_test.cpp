// The checker names each rule on a snapshot that breaks it by hand.
#include <gmock/gmock.h>

#include "contract/snapshot.hpp"
#include "contract/todo.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

// [1 2 3 4] with the children [5 6] (locked) and [7 8]; P = 2.
Snapshot healthy() {
  Snapshot s{.page_size = 2, .tree = true, .claimed = {1, 3}, .nodes = {}};
  s.nodes.push_back({1, 0, 0, {1, 2, 3, 4}, {10, 11}, {.ref_count = 1}, false});
  s.nodes.push_back({2, 1, 0, {5, 6}, {12}, {.ref_count = 1}, false});
  s.nodes.push_back({3, 1, 0, {7, 8}, {13}, {}, true});
  return s;
}

template <class Change>
void expect_broken(const char* rule, Change change) {
  Snapshot s = healthy();
  change(s);
  EXPECT_THAT([&] { check(s); }, ThrowsMessage<IntegrityError>(StartsWith(std::string(rule) + ":")));
}

TEST(Check, AHealthyTreePasses) { EXPECT_NO_THROW(check(healthy())); }
TEST(Check, AnEmptySnapshotPasses) { EXPECT_NO_THROW(check(Snapshot{})); }

TEST(Check, I1_TokensAndPagesAgree) {
  expect_broken("I1", [](Snapshot& s) { s.nodes[1].tokens.push_back(9); });
  expect_broken("I1", [](Snapshot& s) { s.nodes[1].tokens.clear(), s.nodes[1].pages.clear(); });
  expect_broken("I1", [](Snapshot& s) { s.page_size = 0; });
}

TEST(Check, I1_ALastPageMayBePartlyFilled) {
  Snapshot s = healthy();
  s.nodes[2].tokens.pop_back();
  EXPECT_NO_THROW(check(s));
}

TEST(Check, I1_NothingHangsBehindAPartlyFilledPage) {
  expect_broken("I1", [](Snapshot& s) { s.nodes[0].tokens.pop_back(); });
}

TEST(Check, I2_SiblingsDifferInTheirFirstPage) {
  expect_broken("I2", [](Snapshot& s) { s.nodes[2].tokens = {5, 6}; });
  Snapshot s = healthy();
  s.nodes[2].tokens = {5, 7};  // the first token may be the same
  EXPECT_NO_THROW(check(s));
}

TEST(Check, I2_EveryNodeHangsOnOneBeforeIt) {
  expect_broken("I2", [](Snapshot& s) { s.nodes[1].parent = 3; });
  expect_broken("I2", [](Snapshot& s) { s.nodes[2].id = 1; });
}

TEST(Check, I3_NoPageIsHeldTwice) {
  expect_broken("I3", [](Snapshot& s) { s.nodes[2].pages = {10}; });
  expect_broken("I3", [](Snapshot& s) { s.nodes[0].pages = {11, 11}; });
}

TEST(Check, I6_TheOrderHoldsTheUnlockedLeaves) {
  expect_broken("I6", [](Snapshot& s) { s.nodes[2].evictable = false; });
  expect_broken("I6", [](Snapshot& s) { s.nodes[1].evictable = true; });  // locked
  expect_broken("I6", [](Snapshot& s) {                                   // no leaf
    s.nodes[0].use.ref_count = s.nodes[1].use.ref_count = 0;
    s.nodes[0].evictable = s.nodes[1].evictable = true;
  });
}

TEST(Check, I11_ASaltStaysOnItsPath) {
  expect_broken("I11", [](Snapshot& s) { s.nodes[2].cache_salt = 4; });
}

TEST(Check, I16_AParentHoldsItsChildrensLocks) {
  expect_broken("I16", [](Snapshot& s) { s.nodes[0].use.ref_count = 0; });
}

TEST(Check, I17_SizesAreWhatTheNodesHold) {
  expect_broken("I17", [](Snapshot& s) { s.claimed = {3, 1}; });
  Snapshot s = healthy();
  s.claimed = {0, 3};
  EXPECT_THAT([&] { check(s); }, ThrowsMessage<IntegrityError>(
                                     HasSubstr("expected 1 evictable and 3 protected pages, found claims of 0 and 3")));
}

TEST(Check, WhatIsNoTreeHasNoSiblings) {
  Snapshot s = healthy();
  s.tree = false;
  s.nodes[2].tokens = {5, 6};
  s.nodes[2].evictable = false;
  EXPECT_NO_THROW(check(s));
}

TEST(TodoTest, NamesTheTask) {
  EXPECT_THAT([] { todo("5.2", "Draw both nodes first.", 1, "two"); },
              ThrowsMessage<Todo>(StartsWith("task 5.2 is yours to write. Draw")));
}

}  // namespace
}  // namespace radixlab
