// A story's calls made again: handles in other words, each difference said, and what is no story refused.
#include "testing/replay_story.hpp"

#include <gmock/gmock.h>

#include "io/error.hpp"
#include "testing/mock_manager.hpp"

namespace radixlab {
namespace {

using testing::_;
using testing::Return;
using testing::StartsWith;
using testing::ThrowsMessage;
using Pages = std::vector<PageId>;

using Liar = MockManager;

TEST(ReplayStory, TranslatesHandlesAndSaysWhatDiffers) {
  testing::NiceMock<Liar> liar;
  ON_CALL(liar, match_prefix(_)).WillByDefault(Return(CacheHandle{2, 9, 9}));
  EXPECT_CALL(liar, lock_handle(CacheHandle{2, 9, 9}));
  const Replayed replayed = replay_story(
      "{\"op\":\"match\",\"tokens\":[1,2,3,4],\"cache_salt\":0,\"handle\":[4,1,1]}\n"
      "{\"op\":\"lock\",\"handle\":[4,1,1]}\n",
      liar);
  EXPECT_EQ(replayed.calls, 2u);
  EXPECT_THAT(replayed.differences, testing::ElementsAre("story:1: found 2 tokens; the story says 4"));
}

TEST(ReplayStory, TheWholePagesOfAHitAreAHandleOfTheirOwn) {
  testing::NiceMock<Liar> liar;
  ON_CALL(liar, match_prefix(_)).WillByDefault(Return(CacheHandle{3, 9, 9}));
  ON_CALL(liar, whole_pages(CacheHandle{3, 9, 9})).WillByDefault(Return(CacheHandle{2, 8, 8}));
  EXPECT_CALL(liar, lock_handle(CacheHandle{2, 8, 8}));
  const Replayed replayed = replay_story(
      R"({"op":"match","tokens":[1,2,3],"cache_salt":0,"handle":[3,1,1]}
{"op":"whole_pages","handle":[3,1,1],"whole":[2,5,1]}
{"op":"lock","handle":[2,5,1]}
{"op":"whole_pages","handle":[3,1,1],"whole":[0,0,0]})",
      liar);
  EXPECT_THAT(replayed.differences, testing::ElementsAre("story:4: found 2 tokens; the story says 0"));
}

TEST(ReplayStory, APriorityIsGivenForAsLong) {
  testing::StrictMock<Liar> liar;
  EXPECT_CALL(liar, retain(CacheHandle{4, 1, 1}, -3, 70));
  replay_story(R"({"op":"retain","handle":[4,1,1],"priority":-3,"duration":70})", liar);
}

TEST(ReplayStory, SaysEveryDifference) {
  testing::NiceMock<Liar> liar;
  ON_CALL(liar, insert_prefix(_, _, _)).WillByDefault(Return(InsertResult{4, {4, 1, 1}}));
  ON_CALL(liar, size_info()).WillByDefault(Return(SizeInfo{2, 0}));
  ON_CALL(liar, evict(_)).WillByDefault(Return(Pages{7}));
  ON_CALL(liar, reset()).WillByDefault(testing::Throw(std::logic_error("I37: no")));
  const Replayed replayed = replay_story(
      R"({"op":"insert","tokens":[1,2,3,4],"cache_salt":0,"pages":[5,6],"from":[0,0,0],"cached_len":2,"handle":[4,1,1]}
{"op":"size_info","evictable_size":1,"protected_size":1}
{"op":"evict","num_pages":1,"pages":[6]}

{"op":"lock","handle":[4,1,1],"error":"I28: stale"}
{"op":"reset","pages":[]})",
      liar);
  EXPECT_THAT(
      replayed.differences,
      testing::ElementsAre("story:1: had 4 tokens; the story says 2", "story:2: 2 + 0 pages; the story says 1 + 1",
                           "story:3: pages [7]; the story says [6]",
                           "story:5: went through; the story says: \"I28: stale\"", "story:6: failed: I37: no"));
}

/// A story is a file like any other: what is wrong is said before the call is made.
TEST(ReplayStory, RefusesWhatIsNoStory) {
  testing::StrictMock<Liar> liar;
  const std::pair<const char*, const char*> cases[] = {
      {"nonsense", "not JSON"},
      {"[1]", "begins a list: expected an object a line"},
      {"{}", "has no \"op\""},
      {R"({"op":7})", "\"op\" is 7; expected a text"},
      {R"({"op":"fly"})", "\"op\" is \"fly\", which is no call of a manager"},
      {R"({"op":"story","page_size":0})", "\"page_size\" is 0; expected at least 1 token"},
      {R"({"op":"evict"})", "has no \"num_pages\""},
      {R"({"op":"evict","num_pages":-1})", "\"num_pages\" is -1; expected a whole number from 0 to "},
      {R"({"op":"evict","num_pages":1.5})", "\"num_pages\" is 1.5; expected a whole number"},
      {R"({"op":"evict","num_pages":1,"pages":7})", "\"pages\" is 7; expected a list"},
      {R"({"op":"lock","handle":[1]})", "\"handle\" is no handle; expected [cached_len, node, generation]"},
      {R"({"op":"lock","handle":[1,4294967296,1]})", "\"handle\" is no handle"},
      {R"({"op":"lock","handle":[1,1,1],"error":null,"op":"lock"})", "key \"op\" stands twice in one object"},
      {R"({"op":"copy","handle":[1,1,1],"num_pages":4294967296})",
       "\"num_pages\" is 4,294,967,296; expected at most 1,000,000"},
      {R"({"op":"retain","handle":[1,1,1],"priority":3000000000,"duration":1})",
       "\"priority\" is 3000000000; expected"},
      {R"({"op":"rename_pages"})", "\"moves\" is missing; expected [[from, to], ...]"},
      {R"({"op":"rename_pages","moves":[[1]]})", "\"moves\" holds \"[1]\"; expected two pages, [from, to]"},
      {R"({"op":"rename_pages","moves":[[1,-2]]})", "expected two pages, [from, to]"},
      {R"({"op":"rename_pages","moves":[[1,4294967296]]})", "expected two pages, [from, to]"},
      {R"({"op":"whole_pages","handle":[1,1,1],"whole":[1]})", "\"whole\" is no handle"},
      {R"({"op":"match","tokens":[2147483648],"cache_salt":0})",
       "\"tokens\" is 2147483648; expected a whole number from -2147483648 to 2147483647"},
      {R"({"op":"match","tokens":[[1]],"cache_salt":0})", "\"tokens\" is a list; expected a whole number"},
      {R"({"op":"match","tokens":[1],"cache_salt":-1})", "\"cache_salt\" is -1; expected a whole number"},
      {R"({"op":"request_ended","tokens":[1,2],"cache_salt":0})", "has no \"found\""},
      {R"({"op":"request_ended","tokens":[1,2],"cache_salt":0,"found":3})",
       "\"found\" is 3; expected at most its 2 tokens"}};
  for (const auto& [text, says] : cases)
    EXPECT_THAT([&] { replay_story(text, liar); },
                ThrowsMessage<InputError>(testing::AllOf(StartsWith("story:1: "), testing::HasSubstr(says))))
        << text;
}

}  // namespace
}  // namespace radixlab
