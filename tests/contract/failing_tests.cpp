// Tests that fail, each in its own way: what failure_story_test.py reads the stories of.
#include <csignal>
#include <gmock/gmock.h>

#include "testing/failure_story.hpp"
#include "testing/mock_manager.hpp"

namespace radixlab {
namespace {

using testing::_;
using testing::NiceMock;
using testing::Return;
using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

// P = 1. The manager keeps 7 7 3 1 in pages 0 to 3 and answers as it is told.
class Failing : public testing::Test {
 protected:
  NiceMock<MockManager> manager;
  Story cache{manager, 1, false};
  FailureStory failure{cache};
  const Text text = {7, 7, 3, 1};
  const CacheHandle held{4, 1, 1};

  Failing() {
    ON_CALL(manager, size_info()).WillByDefault(Return(SizeInfo{4, 0}));
    ON_CALL(manager, insert_prefix(_, _, _)).WillByDefault(Return(InsertResult{0, held}));
    ON_CALL(manager, copy_pages(_, _)).WillByDefault([](const CacheHandle&, std::span<PageId> out) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<PageId>(i);
    });
    ON_CALL(manager, snapshot()).WillByDefault([this] {
      return Snapshot{.tree = true, .claimed = {4, 0}, .nodes = {{.id = 1, .tokens = text, .pages = {0, 1, 2, 3}}}};
    });
    cache.insert_prefix(text, Pages{0, 1, 2, 3}, {});
  }
};

TEST_F(Failing, BreaksARule) {
  cache.lock_handle(held);
  ON_CALL(manager, evict(_)).WillByDefault(Return(Pages{3}));
  cache.evict(1);
}

TEST_F(Failing, ExpectsOtherwise) {
  EXPECT_EQ(cache.size_info(), SizeInfo{});
  cache.unlock_handle({});  // is no part of the story of what failed before
}

TEST_F(Failing, Passes) { EXPECT_EQ(cache.size_info(), (SizeInfo{4, 0})); }

TEST_F(Failing, CrashesInACall) {
  ON_CALL(manager, evict(_)).WillByDefault([](std::size_t) -> Pages {
    std::raise(SIGSEGV);
    return {};
  });
  cache.evict(3);
}

TEST(FailingHere, ThrowsWhileItsStoryIsLocal) {
  NiceMock<MockManager> manager;
  Story cache(manager, 1, false);
  const FailureStory failure(cache);
  for (TokenId i = 0; i < 15; ++i) cache.match_prefix(Text{i});
  throw std::runtime_error("lost");
}

class FailingMany : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Numbers, FailingMany, testing::Values(1, 2));

TEST_P(FailingMany, Fails) {
  NiceMock<MockManager> manager;
  Story cache(manager, 1, false);
  const FailureStory failure(cache);
  cache.match_prefix(Text{GetParam()});
  FAIL() << "as it must";
}

}  // namespace
}  // namespace radixlab
