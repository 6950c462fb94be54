// The watcher watched: a manager that lies in one call must be caught in that call, by the rule's name.
#include "testing/story.hpp"

#include <gmock/gmock.h>

#include "testing/fake_kv.hpp"
#include "testing/mock_manager.hpp"
#include "testing/replay_story.hpp"

namespace radixlab {
namespace {

using testing::_;
using testing::HasSubstr;
using testing::Return;
using testing::StartsWith;
using testing::ThrowsMessage;
using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

using Liar = MockManager;

// P = 2. Told truly: 1 2 3 4 lies in pages 5 and 6, under the handle `held`.
class StoryTest : public testing::Test {
 protected:
  testing::NiceMock<Liar> liar;
  Story story{liar, 2, false};
  const Text text = {1, 2, 3, 4};
  const Pages given = {5, 6};
  const CacheHandle held{4, 1, 1};

  StoryTest() {
    ON_CALL(liar, size_info()).WillByDefault(Return(SizeInfo{2, 0}));
    ON_CALL(liar, insert_prefix(_, _, _)).WillByDefault(Return(InsertResult{0, held}));
    names(given);
    story.insert_prefix(text, given, {});
  }
  void names(const Pages& pages) {
    ON_CALL(liar, copy_pages(_, _)).WillByDefault([pages](const CacheHandle&, std::span<PageId> out) {
      std::copy_n(pages.begin(), out.size(), out.begin());
    });
  }
  template <class Call>
  void expect_broken(const std::string& rule, Call call) {
    EXPECT_THAT(call, ThrowsMessage<IntegrityError>(StartsWith(rule + ":")));
    EXPECT_THAT(story.text(), HasSubstr("{\"op\":\"broken\",\"rule\":\"" + rule));
  }
};

TEST_F(StoryTest, I7_AShortHit) {
  ON_CALL(liar, match_prefix(_)).WillByDefault(Return(CacheHandle{2, 1, 1}));
  expect_broken("I7", [&] { story.match_prefix(text); });
}

TEST_F(StoryTest, I8_AHitInsideAPage) {
  ON_CALL(liar, match_prefix(_)).WillByDefault(Return(CacheHandle{3, 1, 1}));
  expect_broken("I8", [&] { story.match_prefix(text); });
}

TEST_F(StoryTest, I9_ALookUpThatChangesSizes) {
  EXPECT_CALL(liar, size_info())
      .WillOnce(Return(SizeInfo{2, 0}))
      .WillOnce(Return(SizeInfo{2, 0}))
      .WillOnce(Return(SizeInfo{1, 1}));
  ON_CALL(liar, match_prefix(_)).WillByDefault(Return(held));
  expect_broken("I9", [&] { story.match_prefix(text); });
}

TEST_F(StoryTest, I10_PagesSwapped) {
  names({6, 5});
  ON_CALL(liar, match_prefix(_)).WillByDefault(Return(held));
  expect_broken("I10", [&] { story.match_prefix(text); });
}

TEST_F(StoryTest, I11_AHitOfAnotherSalt) {  // the longest prefix of that salt is nothing
  ON_CALL(liar, match_prefix(_)).WillByDefault(Return(held));
  expect_broken("I7", [&] { story.match_prefix({text, 1}); });
}

TEST_F(StoryTest, I15_AGoodHandleRefused) {
  ON_CALL(liar, lock_handle(_)).WillByDefault(testing::Throw(std::logic_error("I28: gone")));
  expect_broken("I15", [&] { story.lock_handle(held); });
}

TEST_F(StoryTest, I17_SizesThatTheCallsDoNotGive) {
  ON_CALL(liar, size_info()).WillByDefault(Return(SizeInfo{1, 0}));
  expect_broken("I17", [&] { story.size_info(); });
}

TEST_F(StoryTest, I17_AFailedCallThatChangesSizes) {
  EXPECT_CALL(liar, size_info()).WillOnce(Return(SizeInfo{2, 0})).WillOnce(Return(SizeInfo{0, 0}));
  ON_CALL(liar, lock_handle(_)).WillByDefault(testing::Throw(std::runtime_error("no")));
  expect_broken("I17", [&] { story.lock_handle(held); });
}

TEST_F(StoryTest, I18_UnlockWithoutLock) {
  expect_broken("I18", [&] { story.unlock_handle(held); });
}

TEST_F(StoryTest, I19_ALockedPageEvicted) {
  story.lock_handle(held);
  ON_CALL(liar, evict(_)).WillByDefault(Return(given));
  expect_broken("I19", [&] { story.evict(2); });
}

TEST_F(StoryTest, I22_ASecondCopyTaken) {
  names({7, 8});
  ON_CALL(liar, insert_prefix(_, _, _)).WillByDefault(Return(InsertResult{4, CacheHandle{4, 2, 1}}));
  expect_broken("I22", [&] { story.insert_prefix(text, Pages{7, 8}, {}); });
}

TEST_F(StoryTest, I3_APageTakenForTwoPrefixes) {
  ON_CALL(liar, insert_prefix(_, _, _)).WillByDefault(Return(InsertResult{0, CacheHandle{4, 2, 1}}));
  expect_broken("I3", [&] { story.insert_prefix(Text{9, 9, 9, 9}, given, {}); });
}

TEST_F(StoryTest, I24_WrongCountOfWhatWasCached) {
  expect_broken("I24", [&] { story.insert_prefix(text, given, {}); });  // the liar says 0 again
}

TEST_F(StoryTest, I22_WholePagesOfAnotherLength) {
  ON_CALL(liar, whole_pages(_)).WillByDefault(Return(CacheHandle{2, 1, 1}));
  expect_broken("I22", [&] { story.whole_pages(held); });
}

TEST_F(StoryTest, I25_TooFewAndTooMany) {
  ON_CALL(liar, evict(_)).WillByDefault(Return(Pages{6}));
  expect_broken("I25", [&] { story.evict(2); });
  expect_broken("I25", [&] { story.evict(3); });
}

TEST_F(StoryTest, I25_AWholeNodeTooMany) {
  const Snapshot s{2, true, {2, 0}, {{1, 0, 0, {1, 2}, {5}, {}, false}, {2, 1, 0, {3, 4}, {6}, {}, true}}};
  ON_CALL(liar, snapshot()).WillByDefault(Return(s));
  ON_CALL(liar, evict(_)).WillByDefault(Return(Pages{6, 5}));
  expect_broken("I25", [&] { story.evict(1); });
}

TEST_F(StoryTest, I25_RefusedAlthoughThereIsEnough) {
  ON_CALL(liar, evict(_)).WillByDefault(testing::Throw(std::runtime_error("no")));
  expect_broken("I25", [&] { story.evict(2); });
}

TEST_F(StoryTest, I26_AParentEvictedBeforeItsChild) {
  ON_CALL(liar, evict(_)).WillByDefault(Return(Pages{5}));
  expect_broken("I26", [&] { story.evict(1); });
}

TEST_F(StoryTest, I28_APageFreedTwice) {
  ON_CALL(liar, evict(_)).WillByDefault(Return(Pages{6, 6}));
  expect_broken("I28", [&] { story.evict(1); });
}

TEST_F(StoryTest, I28_AStaleHandleFollowed) {
  ON_CALL(liar, evict(_)).WillByDefault(Return(Pages{5, 6}));
  story.evict(2);
  expect_broken("I28", [&] { story.lock_handle(held); });
}

TEST_F(StoryTest, I36_ASnapshotWithAnotherPage) {
  Snapshot s{2, true, {2, 0}, {{1, 0, 0, text, {5, 7}, {}, true}}};
  ON_CALL(liar, snapshot()).WillByDefault(Return(s));
  expect_broken("I36", [&] { story.same_as_snapshot(); });
  s.nodes.clear();
  ON_CALL(liar, snapshot()).WillByDefault(Return(s));
  expect_broken("I36", [&] { story.same_as_snapshot(); });
}

TEST_F(StoryTest, I16_ASnapshotWithAnotherLock) {
  const Snapshot s{2, true, {0, 2}, {{1, 0, 0, text, given, {.ref_count = 1}, false}}};
  ON_CALL(liar, snapshot()).WillByDefault(Return(s));
  expect_broken("I16", [&] { story.same_as_snapshot(); });
}

TEST_F(StoryTest, I37_ResetUnderALock) {
  story.lock_handle(held);
  ON_CALL(liar, reset()).WillByDefault(Return(given));
  expect_broken("I37", [&] { story.reset(); });
}

TEST_F(StoryTest, I17_TheEndOfARequestThatChangesSizes) {
  EXPECT_CALL(liar, request_ended(_, 2)).WillOnce([&](PrefixKey, std::size_t) {
    ON_CALL(liar, size_info()).WillByDefault(Return(SizeInfo{1, 0}));
  });
  expect_broken("I17", [&] { story.request_ended(text, 2); });
}

TEST_F(StoryTest, TheEndOfARequestIsToldAndReplayed) {
  EXPECT_CALL(liar, request_ended(_, 2));
  story.request_ended({text, 7}, 2);
  const std::string line = R"({"op":"request_ended","tokens":[1,2,3,4],"cache_salt":7,"found":2})";
  EXPECT_THAT(story.text(), testing::EndsWith(line + "\n"));
  EXPECT_THROW(story.request_ended(text, 5), std::invalid_argument);  // more than there are
  testing::StrictMock<Liar> other;
  EXPECT_CALL(other, request_ended(_, 2)).WillOnce([&](PrefixKey key, std::size_t) {
    EXPECT_TRUE(std::ranges::equal(key.tokens, text));
    EXPECT_EQ(key.cache_salt, 7u);
  });
  EXPECT_THAT(replay_story(line, other).differences, testing::IsEmpty());
}

TEST_F(StoryTest, PagesThatChangePlacesAreFollowedToldAndReplayed) {
  const PageMove moves[] = {{5, 6}, {6, 5}};
  ON_CALL(liar, match_prefix(_)).WillByDefault(Return(held));
  EXPECT_CALL(liar, rename_pages(_)).WillOnce(testing::Throw(std::logic_error("I31: no"))).WillOnce(Return());
  Pages named(2);
  EXPECT_THROW(story.rename_pages(moves), std::logic_error);
  EXPECT_NO_THROW(story.match_prefix(text)) << "refused: they lie where they lay";
  story.rename_pages(moves);
  names({6, 5});
  EXPECT_NO_THROW(story.copy_pages(held, named));
  EXPECT_NO_THROW(story.match_prefix(text));
  const std::string line = R"({"op":"rename_pages","moves":[[5,6],[6,5]]})";
  EXPECT_THAT(story.text(), HasSubstr(line + "\n"));
  testing::StrictMock<Liar> other;
  EXPECT_CALL(other, rename_pages(_)).WillOnce([&](std::span<const PageMove> again) {
    ASSERT_EQ(again.size(), 2u);
    EXPECT_EQ(again[0].from, 5u);
    EXPECT_EQ(again[0].to, 6u);
  });
  replay_story(line, other);
}

TEST_F(StoryTest, WritesOneLineACall) {
  ON_CALL(liar, evict(_)).WillByDefault(testing::Throw(std::runtime_error("I25: \"no\"")));
  EXPECT_THROW(story.evict(3), std::runtime_error);
  EXPECT_EQ(story.text(),
            "{\"op\":\"story\",\"page_size\":2,\"partial_hits\":false}\n"
            "{\"op\":\"insert\",\"tokens\":[1,2,3,4],\"cache_salt\":0,\"pages\":[5,6],\"from\":[0,0,0],\"cached_len\":"
            "0,\"handle\":[4,1,1]}\n"
            "{\"op\":\"evict\",\"num_pages\":3,\"error\":\"I25: \\\"no\\\"\"}\n");
}

TEST(FakeKvTest, SaysWhatLiesThere) {
  FakeKv kv(3, 2);
  const Text text = {1, 2, 3};
  const auto expect = [&](const char* rule, const Text& tokens, const Pages& table) {
    EXPECT_THAT([&] { kv.check(tokens, table); }, ThrowsMessage<IntegrityError>(StartsWith(rule)));
  };
  expect("I23", text, {0, 1});
  kv.write(text, Pages{0, 1}, 0);
  EXPECT_NO_THROW(kv.check(text, Pages{0, 1}));
  expect("I10", {1, 9, 3}, {0, 1});
  expect("I10", text, {1, 0});
  expect("I10", {2, 2}, {0});
  kv.copy_kv(1, 2, 1);
  EXPECT_NO_THROW(kv.check(text, Pages{0, 2}));
  kv.poison(1);
  expect("I33", text, {0, 1});
}

}  // namespace
}  // namespace radixlab
