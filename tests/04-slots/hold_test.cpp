// Chapter 04, task 4.3: what a row holds, and who uses it.
#include "testing/expect_refused.hpp"
#include "trie.hpp"

namespace radixlab {
namespace {

class Lab04Hold : public TrieTest {};

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

TEST_F(Lab04Hold, T3_ARowMayGoBackToAPrefix) {
  trie.keep({1, 2, 3}, 0);
  trie.keep({1, 2}, 0);  // occupied, and cut
  EXPECT_EQ(trie.find({1, 2, 3}), (PrefixHit{2, 0, 1}))
      << "row 0 holds 1 2 now: insert must pin the new end before forget looks for nodes of no use, or 1 and 2 go too";
  EXPECT_EQ(trie.num_nodes(), 2u) << "3 was row 0's alone, and row 0 does not hold it any more";
}

TEST_F(Lab04Hold, T3_ARowIsKnownToEndHere) {
  trie.keep({1, 2}, 0);
  trie.keep({1, 2, 9}, 1);
  trie.take_anew(1);
  EXPECT_EQ(trie.find({1, 2, 9}), (PrefixHit{2, 0, 1})) << "I7: row 0's text ends at 2, and no child says so: insert "
                                                           "must note it in rows_ (end, version) and count it at "
                                                           "the node (ends), or relabel does not ask there";
}

TEST_F(Lab04Hold, T3_AnInsertCountsAsAUse) {
  for (const std::int32_t slot : {0, 1, 2, 3}) small.keep({10 + slot}, slot);
  small.keep({10}, 0);
  small.keep({14}, 4);
  EXPECT_EQ(small.found({10}), 1u) << "10 was inserted again just now: an insert counts as a use, so that 11 goes";
  EXPECT_EQ(small.found({11}), 0u)
      << "an insert counts as a use, and that of 11 was longest ago: of five nodes it goes";
}

TEST_F(Lab04Hold, T3_APinIsNoUse) {
  for (const std::int32_t slot : {0, 1, 2, 3}) small.keep({10 + slot}, slot);
  small.pin({10});
  small.release({10});
  small.keep({14}, 4);
  EXPECT_EQ(small.found({10}), 0u)
      << "10 was inserted first, and pin and release are no use: it is the oldest and goes";
}

TEST_F(Lab04Hold, T3_ReleaseRemovesWhatIsOfNoUse) {
  trie.insert({1, 2}, 0);
  trie.take_anew(0);
  trie.keep({1, 9}, 0);
  EXPECT_EQ(trie.num_nodes(), 3u) << "row 0 holds 1 9 now; 2 is without a row, and stays because it is pinned";
  trie.release({1, 2});
  EXPECT_EQ(trie.num_nodes(), 2u) << "the last pin of 1 2 went, and no row has its end: release must remove 2";
}

// A row that cannot be noted down, as when memory runs out.
TEST_F(Lab04Hold, T3_AnInsertThatFailsMakesNoNodes) {
  PrefixCacheManager any(4, [](std::int32_t) { return 1u; });
  EXPECT_ANY_THROW(any.insert(Text{1, 2, 3}, -2, 1)) << "there is no row -2: make_row refuses it";
  EXPECT_EQ(any.num_nodes(), 0u)
      << "a call that fails changes nothing: make_row, which may fail, comes before make_path, whose nodes would stay";
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
