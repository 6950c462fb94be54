// The ledger of KV places: whose prefix lies where, and by which call.
#include "testing/kv_ledger.hpp"

#include <gtest/gtest.h>

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

class KvLedgerTest : public testing::Test {
 protected:
  KvLedgerTest() {
    ledger.forward("request 0", text, Pages{3, 1}, 0);
    ledger.forward("request 0", longer, Pages{3, 1}, 3);
  }

  const Text text = {5, 6, 7}, longer = {5, 6, 7, 8};
  KvLedger ledger{4, 2};
};

TEST_F(KvLedgerTest, KnowsWhoseTokenLiesAtAPlaceAndByWhichCall) {
  const KvLedger::Place& place = ledger.at(1, 0);
  EXPECT_EQ(place.who, "request 0");
  EXPECT_EQ(place.len, 3u);
  EXPECT_EQ(place.text->back(), 7);
  EXPECT_EQ(ledger.call(place.call), "call 1: forward of request 0, positions 0..2");
  EXPECT_EQ(ledger.call(ledger.at(1, 1).call), "call 2: forward of request 0, position 3");
  EXPECT_EQ(ledger.call(ledger.at(0, 0).call), "no call");
}

TEST_F(KvLedgerTest, FindsTheFirstPlaceThatHoldsAnotherPrefix) {
  EXPECT_EQ(ledger.first_wrong(longer, Pages{3, 1}), std::nullopt);
  EXPECT_EQ(ledger.first_wrong(longer, Pages{1, 3}), 0u) << "swapped";
  EXPECT_EQ(ledger.first_wrong(longer, Pages{3, 0}), 2u) << "never written";
  EXPECT_EQ(ledger.first_wrong(Text{5, 6, 7, 9}, Pages{3, 1}), 3u) << "another token at the end";
  EXPECT_EQ(ledger.first_wrong({longer, 1}, Pages{3, 1}), 0u) << "another salt";
}

TEST_F(KvLedgerTest, FollowsACopyToItsPlace) {
  ledger.copy(1, 2, 1);
  EXPECT_EQ(ledger.first_wrong(text, Pages{3, 2}), std::nullopt);
  EXPECT_EQ(ledger.first_wrong(longer, Pages{3, 2}), 3u) << "one place only was copied";
  EXPECT_EQ(ledger.at(2, 0).len, 3u);
  EXPECT_EQ(ledger.call(ledger.at(2, 0).call), "call 3: page 1 copied to page 2, 1 place");
}

TEST_F(KvLedgerTest, AFreedPageHoldsNothingButIsRemembered) {
  ledger.free(3);
  EXPECT_EQ(ledger.first_wrong(longer, Pages{3, 1}), 0u);
  EXPECT_TRUE(ledger.at(3, 1).freed);
  EXPECT_EQ(ledger.at(3, 1).who, "request 0");
  EXPECT_EQ(ledger.call(ledger.at(3, 1).call), "call 3: page 3 freed");
  ledger.forward("request 1", text, Pages{3, 1}, 0);
  EXPECT_FALSE(ledger.at(3, 1).freed);
  EXPECT_EQ(ledger.first_wrong(text, Pages{3, 1}), std::nullopt);
}

}  // namespace
}  // namespace radixlab
