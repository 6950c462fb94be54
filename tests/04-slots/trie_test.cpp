// Chapter 04, tasks 4.2 and 4.3: what the trie finds, copies, and holds.
#include "trie.hpp"

#include "testing/expect_refused.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

class Lab04Find : public TrieTest {
 protected:
  FakeKv kv{8, 16};
  void write(const Text& text, PageId row) { kv.write(text, std::vector<PageId>{row}, 0); }
};
class Lab04Hold : public TrieTest {};

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

TEST_F(Lab04Find, T2_CopyOntoItselfIsRefused) {
  trie.keep({7, 7}, 2);
  EXPECT_THROW(trie.manager().copy_kv(Text{7, 7}, 2, kv), std::invalid_argument)
      << "row 2 holds this text itself: source and target are one row";
}

TEST_F(Lab04Hold, T3_EveryPrefixIsKnown) {
  trie.keep({7, 7, 3, 1}, 2);
  for (std::size_t n = 1; n <= 4; ++n) {
    const Text all = {7, 7, 3, 1};
    EXPECT_EQ(trie.find({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n)}), (PrefixHit{n, 2, 1}))
        << "I24: row 2 holds the text's first " << n << " tokens too: every node of the path names it";
  }
}

TEST_F(Lab04Hold, T3_TheNewestRowIsNamed) {
  trie.keep({1, 2, 3, 4}, 0);
  trie.keep({1, 2, 9}, 1);
  EXPECT_EQ(trie.find({1, 2}).slot, 1) << "rows 0 and 1 both hold 1 2, and row 1 is the newer one";
  EXPECT_EQ(trie.find({1, 2, 3}).slot, 0) << "1 2 3 is in row 0 alone";
  EXPECT_EQ(trie.num_nodes(), 5u) << "the two texts share two nodes";
}

TEST_F(Lab04Hold, T3_ARowGrows) {
  trie.keep({1, 2}, 0);
  trie.keep({1, 2, 3, 4}, 0);
  EXPECT_EQ(trie.find({1, 2, 3, 4}), (PrefixHit{4, 0, 1})) << "the next chunk of the same row was inserted";
  EXPECT_EQ(trie.manager().text_of(0), (Text{1, 2, 3, 4})) << "that is what row 0 holds now";
}

TEST_F(Lab04Hold, T3_ARowHoldsNothingElse) {
  trie.keep({1, 2, 3}, 0);
  trie.keep({1, 2, 9}, 0);  // occupied: the same version, and another third token
  EXPECT_EQ(trie.found({1, 2, 3}), 2u)
      << "row 0 was occupied and goes on with 9 where 3 stood; its version is the same, so that only insert can know "
         "that 3 is gone";
  EXPECT_EQ(trie.num_nodes(), 3u) << "nobody holds 1 2 3 any more: its last node is of no use";
}

TEST_F(Lab04Hold, T3_InsertPinsItsText) {
  small.insert({1, 2}, 0);
  small.insert({3, 4, 5}, 1);
  EXPECT_EQ(small.found({1, 2}), 2u)
      << "a text is pinned by its insert until it is released: with five nodes in a trie "
         "for four, nothing may be evicted yet";
  small.release({1, 2});
  EXPECT_EQ(small.found({1, 2}), 1u) << "it was released, and the trie stood above its capacity: now 2 has to go";
}

TEST_F(Lab04Hold, T3_PinsAreCounted) {
  small.keep({1, 2}, 0);
  small.pin({1, 2});
  small.pin({1, 2});
  small.release({1, 2});
  small.keep({3, 4, 5}, 1);
  EXPECT_EQ(small.found({1, 2}), 2u) << "two pinned it and one released it: it is still in use";
  EXPECT_EQ(small.found({3, 4, 5}), 2u) << "what is not pinned has to go instead";
}

TEST_F(Lab04Hold, T3_PinOfAnAbsentTextIsRefused) {
  trie.keep({1, 2}, 0);
  SCOPED_TRACE("S13: the seed's pin and release return silently, and the caller believes that his text is safe");
  expect_refused(
      "S13",
      [&] {
        trie.pin({1, 3});
      },
      "pin of 1 3");
  expect_refused(
      "S13",
      [&] {
        trie.release({1, 3});
      },
      "release of 1 3");
  expect_refused(
      "S13", [&] { trie.pin({}); }, "pin of no tokens");
  EXPECT_EQ(trie.num_nodes(), 2u) << "a call that is refused changes nothing";
}

TEST_F(Lab04Hold, T3_ReleaseWithoutAPinIsRefused) {
  trie.keep({1, 2}, 0);
  SCOPED_TRACE("I18: nobody holds 1 2 any more; the seed passes this over, and hides who released twice");
  expect_refused("I18", [&] { trie.release({1, 2}); });
}

TEST_F(Lab04Hold, T3_AVersionOfYesterdayIsRefused) {
  trie.take_anew(0);
  SCOPED_TRACE("I28: slot 0 has version 2 by now; what was computed for version 1 is overwritten");
  expect_refused("I28", [&] { trie.manager().insert(Text{1, 2}, 0, 1); });
  EXPECT_EQ(trie.num_nodes(), 0u) << "a call that is refused changes nothing";
}

TEST_F(Lab04Hold, T3_ATextWithoutTokensIsRefused) {
  EXPECT_THROW(trie.insert({}, 0), std::invalid_argument) << "a text without tokens ends at no node";
}

}  // namespace
}  // namespace radixlab
