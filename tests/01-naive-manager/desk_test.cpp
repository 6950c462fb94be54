// Chapter 01, tasks 1.2-1.4: what the desk asks of a manager, and in which order. Real managers are conformance's
// business.
#include <gmock/gmock.h>

#include "01-naive-manager/naive_cache_manager.hpp"
#include "01-naive-manager/scheduler_cache.hpp"
#include "storage/free_list.hpp"
#include "testing/fake_kv.hpp"
#include "testing/mock_manager.hpp"

namespace radixlab {
namespace {

using testing::_;
using testing::Return;
using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

// The pool has 8 pages of 4 tokens, of which the manager is said to hold the first three.
class Lab01Desk : public testing::Test {
 protected:
  testing::NiceMock<MockManager> cache;
  FreeList list{8};
  FakeKv kv{8, 4};
  CacheManager desk{cache, list, kv, 4};
  const CacheHandle hit{8, 1, 1}, part{10, 2, 1}, held{12, 3, 1};

  Lab01Desk() {
    for (int i = 0; i < 3; ++i) list.take();
    ON_CALL(cache, copy_pages(_, _)).WillByDefault([](const CacheHandle&, std::span<PageId> out) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<PageId>(i);
    });
    ON_CALL(cache, size_info()).WillByDefault(Return(SizeInfo{0, 3}));
  }
  static Request request(std::size_t tokens) {
    Request r;
    for (std::size_t i = 0; i < tokens; ++i) r.tokens.push_back(static_cast<TokenId>(i));
    return r;
  }
};

TEST_F(Lab01Desk, T2_LooksUpAllButTheLastToken) {
  EXPECT_CALL(cache, match_prefix(_)).WillOnce([](PrefixKey key) {
    EXPECT_EQ(key.tokens.size(), 11u);
    EXPECT_EQ(key.cache_salt, 6u);
    return CacheHandle{};
  });
  Request r = request(12);
  r.cache_salt = 6;
  EXPECT_TRUE(desk.start(r));
  EXPECT_EQ(r.pages, (Pages{3, 4, 5}));
}

TEST_F(Lab01Desk, T2_LocksBeforeItCountsRoom) {
  testing::InSequence order;
  EXPECT_CALL(cache, match_prefix(_)).WillOnce(Return(hit));
  EXPECT_CALL(cache, lock_handle(hit));
  EXPECT_CALL(cache, size_info()).WillOnce(Return(SizeInfo{0, 3}));
  Request r = request(12);
  EXPECT_TRUE(desk.start(r));
  EXPECT_EQ(r.pages, (Pages{0, 1, 3}));
  EXPECT_EQ(r.hit, 8u);
  EXPECT_EQ(r.computed, 8u);
  EXPECT_EQ(r.handle, hit);
}

TEST_F(Lab01Desk, T2_NoRoomChangesNothing) {
  ON_CALL(cache, match_prefix(_)).WillByDefault(Return(hit));
  EXPECT_CALL(cache, lock_handle(hit));
  EXPECT_CALL(cache, unlock_handle(hit));
  Request r = request(4 * 8);
  EXPECT_FALSE(desk.start(r));
  EXPECT_TRUE(r.pages.empty());
  EXPECT_EQ(list.free_count(), 5u);
}

TEST_F(Lab01Desk, T2_APartlyFilledPageIsCopied) {
  kv.write(request(10).tokens, Pages{0, 1, 2}, 0);
  ON_CALL(cache, match_prefix(_)).WillByDefault(Return(part));
  Request r = request(13);
  EXPECT_TRUE(desk.start(r));
  EXPECT_EQ(r.pages, (Pages{0, 1, 3, 4}));
  EXPECT_EQ(kv.copied_tokens(), 2u);
  kv.check({std::span(r.tokens).first(10)}, r.pages);
}

TEST_F(Lab01Desk, T2_APartialHitIsCutIfThereIsNoRoom) {
  testing::InSequence order;
  EXPECT_CALL(cache, match_prefix(_)).WillOnce(Return(part));
  EXPECT_CALL(cache, lock_handle(part));
  EXPECT_CALL(cache, size_info()).WillOnce(Return(SizeInfo{0, 3}));
  EXPECT_CALL(cache, unlock_handle(part));
  EXPECT_CALL(cache, match_prefix(_)).WillOnce([this](PrefixKey key) {
    EXPECT_EQ(key.tokens.size(), 8u);
    return hit;
  });
  EXPECT_CALL(cache, lock_handle(hit));
  EXPECT_CALL(cache, size_info()).WillOnce(Return(SizeInfo{1, 2}));  // page 2 is not locked now
  EXPECT_CALL(cache, evict(1)).WillOnce(Return(Pages{2}));
  Request r = request(4 * 8);
  EXPECT_TRUE(desk.start(r));
  EXPECT_EQ(r.hit, 8u);
  EXPECT_EQ(kv.copied_tokens(), 0u);
}

TEST_F(Lab01Desk, T2_AnEmptyPromptIsRefused) {
  Request r;
  EXPECT_THROW(desk.start(r), std::invalid_argument);
}

TEST_F(Lab01Desk, T3_GrowTakesOnlyWhatIsMissing) {
  Request r = request(5);
  ASSERT_TRUE(desk.start(r));
  EXPECT_TRUE(desk.grow(r, 8));
  EXPECT_EQ(r.pages.size(), 2u);
  EXPECT_TRUE(desk.grow(r, 9));
  EXPECT_EQ(r.pages.size(), 3u);
}

TEST_F(Lab01Desk, T3_GrowEvictsTheShortfall) {
  Request r = request(4);
  ASSERT_TRUE(desk.start(r));  // 4 are free
  ON_CALL(cache, size_info()).WillByDefault(Return(SizeInfo{3, 0}));
  EXPECT_CALL(cache, evict(2)).WillOnce(Return(Pages{0, 1}));
  EXPECT_TRUE(desk.grow(r, 4 * 7));
  EXPECT_EQ(list.free_count(), 0u);
}

TEST_F(Lab01Desk, T3_NoRoomToGrowChangesNothing) {
  Request r = request(4);
  ASSERT_TRUE(desk.start(r));
  EXPECT_CALL(cache, evict(_)).Times(0);
  EXPECT_FALSE(desk.grow(r, 4 * 9));
  EXPECT_EQ(r.pages.size(), 1u);
}

TEST_F(Lab01Desk, T3_AManagerThatFreesTooLittleLosesNothing) {
  Request r = request(4);
  ASSERT_TRUE(desk.start(r));
  ON_CALL(cache, size_info()).WillByDefault(Return(SizeInfo{3, 0}));
  EXPECT_CALL(cache, evict(2)).WillOnce(Return(Pages{0}));
  EXPECT_THROW(desk.grow(r, 4 * 7), std::logic_error);
  EXPECT_EQ(r.pages.size(), 1u);
  EXPECT_EQ(list.free_count(), 5u);
}

TEST_F(Lab01Desk, T4_AChunkLocksTheNewBeforeItUnlocksTheOld) {
  ON_CALL(cache, match_prefix(_)).WillByDefault(Return(hit));
  Request r = request(16);
  ASSERT_TRUE(desk.start(r));
  r.computed = 13;
  testing::InSequence order;
  EXPECT_CALL(cache, insert_prefix(_, _, hit))
      .WillOnce([this](PrefixKey key, std::span<const PageId> pages, const CacheHandle&) {
        EXPECT_EQ(key.tokens.size(), 13u);  // what has KV, no more (I23)
        EXPECT_EQ(pages.size(), 4u);
        return InsertResult{8, held};
      });
  EXPECT_CALL(cache, lock_handle(held));
  EXPECT_CALL(cache, unlock_handle(hit));
  desk.chunk_done(r);
  EXPECT_EQ(r.handle, held);
}

TEST_F(Lab01Desk, T4_WhoComesSecondGoesOnWithTheFirstsPages) {
  Request r = request(16);
  ASSERT_TRUE(desk.start(r));
  EXPECT_EQ(r.pages, (Pages{3, 4, 5, 6}));
  r.computed = 13;
  EXPECT_CALL(cache, insert_prefix(_, _, _)).WillOnce(Return(InsertResult{12, held}));  // which names pages 0 1 2
  desk.chunk_done(r);
  EXPECT_EQ(r.pages, (Pages{0, 1, 2, 6}));
  EXPECT_EQ(list.free_count(), 4u);  // 3, 4 and 5 are given back, once
}

TEST_F(Lab01Desk, T4_FinishGivesTheTailBack) {
  ON_CALL(cache, match_prefix(_)).WillByDefault(Return(hit));
  Request r = request(16);
  ASSERT_TRUE(desk.start(r));
  EXPECT_EQ(r.pages, (Pages{0, 1, 3, 4}));
  r.computed = 8;
  EXPECT_CALL(cache, insert_prefix(_, _, _)).WillOnce(Return(InsertResult{8, hit}));
  EXPECT_CALL(cache, unlock_handle(hit));
  desk.finish(r);
  EXPECT_EQ(list.free_count(), 5u);
  EXPECT_TRUE(r.pages.empty());
  EXPECT_EQ(r.handle, CacheHandle{});
}

TEST_F(Lab01Desk, T4_NaiveKeepsNothing) {
  NaiveCacheManager naive;
  CacheManager plain(naive, list, kv, 4);
  Request r = request(9);
  ASSERT_TRUE(plain.start(r));
  r.computed = 9;
  plain.chunk_done(r);  // S10: every token counts as cached, and no page is freed under the request
  EXPECT_EQ(r.pages, (Pages{3, 4, 5}));
  plain.finish(r);
  EXPECT_EQ(list.free_count(), 5u);
}

TEST(Lab01Salts, GivenEqualFieldsAloneShareANumber) {
  NaiveCacheManager naive;
  FreeList list(1);
  FakeKv kv(1, 1);
  CacheManager desk(naive, list, kv, 1);
  const auto salt = [&](std::initializer_list<SaltField> fields) { return desk.salt({fields.begin(), fields.size()}); };
  EXPECT_EQ(salt({}), 0u);
  const std::uint32_t a = salt({{'t', "a"}, {'l', "b"}});
  EXPECT_EQ(salt({{'t', "a"}, {'l', "b"}}), a);
  EXPECT_NE(salt({{'l', "a"}, {'t', "b"}}), a);
  EXPECT_NE(salt({{'t', "al"}, {'l', ""}}), salt({{'t', "a"}, {'l', "l"}}));  // where one ends the next begins
  EXPECT_NE(salt({{'t', ""}}), 0u);
}

}  // namespace
}  // namespace radixlab
