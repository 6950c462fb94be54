// Chapter 04, task 4.2: what the trie finds, and copies.
#include "testing/expect_refused.hpp"
#include "testing/fake_kv.hpp"
#include "trie.hpp"

namespace radixlab {
namespace {

class Lab04Find : public TrieTest {
 protected:
  FakeKv kv{8, 16};
  void write(const Text& text, PageId row) { kv.write(text, std::vector<PageId>{row}, 0); }
};

TEST_F(Lab04Find, T2_TheLongestKnownPrefix) {
  trie.keep({7, 7, 3, 1}, 2);
  EXPECT_EQ(trie.found({7, 7, 3, 1}), 4u) << "all four tokens are known";
  EXPECT_EQ(trie.found({7, 7, 3, 1, 5}), 4u) << "the four that are known, and the fifth is not";
  EXPECT_EQ(trie.found({7, 7, 9}), 2u) << "the texts part behind two tokens";
  EXPECT_EQ(trie.found({7}), 1u) << "a hit may end at any token";
}

TEST_F(Lab04Find, T2_SaysWhichRowAndItsVersion) {
  trie.take_anew(2);
  trie.keep({7, 7, 3, 1}, 2);
  EXPECT_EQ(trie.find({7, 7}), (PrefixHit{2, 2, 2})) << "row 2, in its second version, holds these two tokens";
}

TEST_F(Lab04Find, T2_NothingIsKnown) {
  const PrefixHit nothing{0, -1, 0};
  EXPECT_EQ(trie.find({1, 2}), nothing) << "the trie is empty: no tokens, slot -1";
  trie.keep({7, 7}, 0);
  EXPECT_EQ(trie.find({1, 2}), nothing) << "no text begins with 1";
  EXPECT_EQ(trie.find({}), nothing) << "no tokens were asked for";
  EXPECT_EQ(trie.num_nodes(), 2u) << "a look-up creates nothing";
}

TEST_F(Lab04Find, T2_AStaleRowIsNoHit) {
  trie.keep({7, 7, 3, 1}, 2);
  trie.take_anew(2);
  EXPECT_EQ(trie.found({7, 7, 3, 1}), 0u)
      << "S13: row 2 was taken for another text since, so its version is not that of the insert; who follows it reads "
         "another text's keys and values";
}

TEST_F(Lab04Find, T2_AllStaleRowsArePassedOver) {
  trie.keep({1, 9}, 0);
  trie.keep({1, 3}, 1);
  trie.keep({1, 4}, 2);
  trie.take_anew(1);
  trie.take_anew(2);
  EXPECT_EQ(trie.find({1, 4}), (PrefixHit{1, 0, 1}))
      << "I7: rows 2 and 1 are stale, and row 0 still holds 1: whoever took over from a stale row may be stale too";
}

// What a pin keeps is a path without a row.
TEST_F(Lab04Find, T2_ANodeWithoutARowIsNoHit) {
  trie.insert({1, 2, 3}, 0);
  trie.keep({1, 9}, 1);
  trie.take_anew(0);
  EXPECT_EQ(trie.find({1, 2, 3}), (PrefixHit{1, 1, 1}))
      << "I7: 2 and 3 are pinned, so they stay, but no row has them now (slot -1): the walk ends at 1";
  EXPECT_EQ(trie.find({1, 2}), (PrefixHit{1, 1, 1})) << "I7: the same look-up again, a token shorter";
}

TEST_F(Lab04Find, T2_SaltsShareNothing) {
  trie.insert({1, 2, 3}, 0, 6);
  EXPECT_EQ(trie.find({1, 2, 3}).prefix_len, 0u) << "I11: this text belongs to salt 6, and was asked for under salt 0";
  EXPECT_EQ(trie.find({1, 2, 3}, 6).prefix_len, 3u) << "I11: under salt 6 it is known";
}

TEST_F(Lab04Find, T2_WhatIsFoundIsEvictedLast) {
  small.keep({1, 2}, 0);
  small.keep({3, 4}, 1);
  small.find({1, 2});
  small.keep({5}, 2);
  EXPECT_EQ(small.found({1, 2}), 2u) << "1 2 was found just now, so it was used later than 3 4: the victim is 4";
  EXPECT_EQ(small.found({3, 4}), 1u) << "one of five nodes has to go, and 4 is the leaf not used for longest";
}

TEST_F(Lab04Find, T2_CopyFillsTheTargetRow) {
  const Text text = {7, 7, 3, 1};
  trie.keep(text, 2);
  write(text, 2);
  trie.manager().copy_kv(text, 5, kv);
  EXPECT_EQ(kv.first_wrong(text, std::vector<PageId>{5}), std::nullopt)
      << "I10: row 5 must hold the text's keys and values now: were they copied from row 2 to row 5?";
  EXPECT_EQ(kv.copied_tokens(), 4u) << "four tokens are copied, no more";
}

TEST_F(Lab04Find, T2_CopyOfAPrefixCopiesThePrefix) {
  trie.keep({7, 7, 3, 1}, 2);
  write({7, 7, 3, 1}, 2);
  trie.manager().copy_kv(Text{7, 7}, 5, kv);
  EXPECT_EQ(kv.copied_tokens(), 2u) << "two tokens were asked for: what is copied is paid for";
}

TEST_F(Lab04Find, T2_CopyRefusesAStaleRow) {
  trie.keep({7, 7, 3, 1}, 2);
  trie.take_anew(2);
  {
    SCOPED_TRACE("S13: row 2 holds another text by now, and the seed copies it as if nothing had happened");
    expect_refused("I28", [&] { trie.manager().copy_kv(Text{7, 7, 3, 1}, 5, kv); });
  }
  EXPECT_EQ(kv.copied_tokens(), 0u) << "S13: a stale row was copied";
}

TEST_F(Lab04Find, T2_CopyComesFromTheRowThatStillHasIt) {
  trie.keep({1, 2, 3}, 0);
  write({1, 2, 3}, 0);
  trie.keep({1, 2, 9}, 1);
  write({5, 6, 7}, 1);
  trie.take_anew(1);
  trie.manager().copy_kv(Text{1, 2}, 5, kv);
  EXPECT_EQ(kv.first_wrong({Text{1, 2}, 0}, std::vector<PageId>{5}), std::nullopt)
      << "S13: row 1 was the newest with 1 2 and is stale; row 0 still holds these tokens, and had to be copied";
}

TEST_F(Lab04Find, T2_CopyOfWhatIsNotThereIsRefused) {
  trie.keep({7, 7, 3, 1}, 2);
  SCOPED_TRACE("S13: the seed's copy_kv returns silently, and its caller goes on with an empty row");
  expect_refused(
      "S13",
      [&] {
        trie.manager().copy_kv(Text{7, 7, 9}, 5, kv);
      },
      "copy_kv of 7 7 9");
  expect_refused(
      "S13",
      [&] {
        trie.manager().copy_kv(Text{7, 7, 3, 1, 5}, 5, kv);
      },
      "copy_kv of a longer text");
}

TEST_F(Lab04Find, T2_ACopyCountsAsAUse) {
  for (const std::int32_t slot : {0, 1, 2, 3}) small.keep({10 + slot}, slot);
  write({10}, 0);
  small.manager().copy_kv(Text{10}, 5, kv);
  small.keep({14}, 4);
  EXPECT_EQ(small.found({10}), 1u) << "10 was copied just now, which counts as a use as find does: the victim is 11";
}

TEST_F(Lab04Find, T2_CopyOntoItselfIsRefused) {
  trie.keep({7, 7}, 2);
  EXPECT_THROW(trie.manager().copy_kv(Text{7, 7}, 2, kv), std::invalid_argument)
      << "row 2 holds this text itself: source and target are one row";
}

}  // namespace
}  // namespace radixlab
