// A story's words and its tree, on lines written by hand: what a person reads when a test fails.
#include "testing/story_follower.hpp"

#include <gmock/gmock.h>
#include <sstream>

#include "io/error.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;
using testing::ThrowsMessage;
using Lines = std::vector<std::string>;

struct Played {
  Lines lines;
  Snapshot shot;
};

Played play(const std::string& calls, std::size_t page_size = 1) {
  std::istringstream text("{\"op\":\"story\",\"page_size\":" + std::to_string(page_size) + "}\n" + calls);
  StoryFollower story(text, "story");
  Played played;
  while (const auto line = story.next())
    played.lines.push_back(std::to_string(line->number) + " " + line->what +
                           (line->result.empty() ? "" : " -> " + line->result));
  played.shot = story.snapshot();
  return played;
}

std::string insert(const std::string& tokens, const std::string& pages, const std::string& handle, int salt = 0) {
  return "{\"op\":\"insert\",\"tokens\":" + tokens + ",\"cache_salt\":" + std::to_string(salt) + ",\"pages\":" + pages +
         ",\"from\":[0,0,0],\"cached_len\":0,\"handle\":" + handle + "}\n";
}

const std::string first = insert("[7,7,3,1]", "[0,1,2,3]", "[4,1,1]");
const std::string second = insert("[7,7,9]", "[8,9,4]", "[3,3,1]");
const std::string lock = "{\"op\":\"lock\",\"handle\":[4,1,1]}\n";

TEST(StoryFollowerTest, EachCallIsALine) {
  EXPECT_THAT(
      play(first + R"({"op":"match","tokens":[7,7],"cache_salt":5,"handle":[0,0,0]}
{"op":"lock","handle":[4,1,1]}
{"op":"copy","handle":[4,1,1],"num_pages":4,"pages":[0,1,2,3]}
{"op":"retain","handle":[4,1,1],"priority":2,"duration":1}
{"op":"unlock","handle":[4,1,1]}
{"op":"lock","handle":[0,0,0]}
{"op":"lock","handle":[9,9,9],"error":"I28: gone"}
{"op":"size_info","evictable_size":4,"protected_size":0}
{"op":"evict","num_pages":9,"error":"I25: 4 are evictable"}
{"op":"evict","num_pages":0,"pages":[]}
{"op":"request_ended","tokens":[7,7,3],"cache_salt":5,"found":2}
{"op":"reset","pages":[0,1,2,3]}
{"op":"broken","rule":"I37: reset kept 4 pages"})")
          .lines,
      ElementsAre("1 insert  [7 7 3 1] -> 0 cached", "2 match   [7 7] salt 5 -> 0 cached", "3 lock    [7 7 3 1]",
                  "4 copy    [7 7 3 1] -> pages 0-3", "5 retain  [7 7 3 1] priority 2 for 1 tick",
                  "6 unlock  [7 7 3 1]", "7 lock    nothing",
                  "8 lock    a handle that nobody gave out -> refused: I28: gone",
                  "9 size_info -> 4 evictable, 0 locked", "10 evict   9 pages -> refused: I25: 4 are evictable",
                  "11 evict   0 pages -> frees no page", "12 request_ended [7 7 3] salt 5, of which 2 were found",
                  "13 reset -> frees pages 0-3", "0 I37: reset kept 4 pages"));
}

TEST(StoryFollowerTest, LongTextsAndManyPagesAreShortened) {
  EXPECT_THAT(play(insert("[1,2,3,4,5,6,7,8,9]", "[1,3,5,7,9,11,13,15,17]", "[9,1,1]") +
                   R"({"op":"copy","handle":[9,1,1],"num_pages":9,"pages":[1,3,5,7,9,11,13,15,17]})")
                  .lines[1],
              "2 copy    [1 2 3 4 5 6 .. 9] (9 tokens) -> pages 1 3 5 7 .. (9)");
}

TEST(StoryFollowerTest, BytesOfTheFileReachNoTerminal) {
  EXPECT_THAT(play(R"({"op":"broken","rule":"I1: \u001b[31mred"})").lines, ElementsAre("0 I1: ?[31mred"));
}

TEST(StoryFollowerTest, TheTreeHasANodeWhereTextsPartAndKeepsTheFirstPages) {
  const Played played = play(first + second);
  EXPECT_THAT(tree_lines(played.shot), ElementsAre("[7 7]  pages 0-1", "  [3 1]  pages 2-3", "  [9]  page 4"));
  check(played.shot);
}

TEST(StoryFollowerTest, ANodeEndsWhereAnInsertEnded) {
  EXPECT_THAT(tree_lines(play(insert("[7,7]", "[0,1]", "[2,1,1]") + insert("[7,7,3]", "[5,6,2]", "[3,2,1]")).shot),
              ElementsAre("[7 7]  pages 0-1", "  [3]  page 2"));
}

TEST(StoryFollowerTest, LocksAreOnTheWholePath) {
  const Played played = play(first + second + lock + lock + R"({"op":"unlock","handle":[4,1,1]})");
  EXPECT_THAT(tree_lines(played.shot),
              ElementsAre("[7 7]  pages 0-1  locked", "  [3 1]  pages 2-3  locked", "  [9]  page 4"));
  EXPECT_EQ(played.shot.claimed, (SizeInfo{1, 4}));
  check(played.shot);
}

TEST(StoryFollowerTest, ARefusedCallChangesNothing) {
  EXPECT_THAT(tree_lines(play(first + R"({"op":"lock","handle":[4,1,1],"error":"no"})").shot),
              ElementsAre("[7 7 3 1]  pages 0-3"));
}

TEST(StoryFollowerTest, WhatIsFreedIsGone) {
  EXPECT_THAT(tree_lines(play(first + second + R"({"op":"evict","num_pages":2,"pages":[2,3]})").shot),
              ElementsAre("[7 7 9]  pages 0-1 4"));
  EXPECT_THAT(tree_lines(play(first + R"({"op":"reset","pages":[0,1,2,3]})").shot), IsEmpty());
}

TEST(StoryFollowerTest, PagesGetOtherNames) {
  const Played played = play(first + second + lock + R"({"op":"rename_pages","moves":[[1,20],[3,4],[4,3],[50,51]]})");
  EXPECT_EQ(played.lines.back(), "4 rename_pages 4 pages");
  EXPECT_THAT(tree_lines(played.shot),
              ElementsAre("[7 7]  pages 0 20  locked", "  [3 1]  pages 2 4  locked", "  [9]  page 3"));
}

TEST(StoryFollowerTest, TheWholePagesOfAHitAreItsBeginning) {
  const Played played = play(insert("[7,7,3]", "[0,1]", "[3,1,1]") +
                                 R"({"op":"whole_pages","handle":[3,1,1],"whole":[2,5,1]}
{"op":"lock","handle":[2,5,1]})",
                             2);
  EXPECT_EQ(played.lines[1], "2 whole_pages [7 7 3] -> 2 tokens");
  EXPECT_EQ(played.lines[2], "3 lock    [7 7]");
  EXPECT_THAT(tree_lines(played.shot), ElementsAre("[7 7]  page 0  locked", "  [3]  page 1"));
}

TEST(StoryFollowerTest, SaltsShareNothing) {
  EXPECT_THAT(tree_lines(play(first + insert("[7,7]", "[8,9]", "[2,9,1]", 3)).shot),
              ElementsAre("[7 7 3 1]  pages 0-3", "[7 7] salt 3  pages 8-9"));
}

TEST(StoryFollowerTest, APartlyFilledPageGrows) {
  const std::string five = insert("[1,2,3,4,5]", "[0,1]", "[5,1,1]");
  EXPECT_THAT(tree_lines(play(five, 4).shot), ElementsAre("[1 2 3 4 5]  pages 0-1"));
  EXPECT_THAT(tree_lines(play(five + insert("[1,2,3,4,5,6]", "[0,1]", "[6,1,1]"), 4).shot),
              ElementsAre("[1 2 3 4 5 6]  pages 0-1"));
}

TEST(StoryFollowerTest, WhatABrokenManagerSaysIsPassedOver) {
  EXPECT_THAT(tree_lines(play(first + R"({"op":"match","tokens":[7],"cache_salt":0,"handle":[9,1,1]}
{"op":"evict","num_pages":1,"pages":[77]}
)" + insert("[5]", "[]", "[1,2,1]"))
                             .shot),
              ElementsAre("[7 7 3 1]  pages 0-3"));
}

TEST(StoryFollowerTest, ALineThatIsNoneIsNamed) {
  const auto refuse = [](const std::string& text) {
    return [text] {
      std::istringstream lines(text);
      StoryFollower story(lines, "s.jsonl");
      while (story.next()) {
      }
    };
  };
  EXPECT_THAT(refuse("{\"op\":\"story\",\"page_size\":1}\n\n{\"op\":\"fly\"}"),
              ThrowsMessage<InputError>(StartsWith("s.jsonl:3: \"op\" is \"fly\"")));
  EXPECT_THAT(refuse("{\"op\":\"reset\"}"),
              ThrowsMessage<InputError>(StartsWith("s.jsonl:1: expected a story's head")));
  EXPECT_THAT(refuse("{\"op\":\"story\",\"page_size\":9000000}"),
              ThrowsMessage<InputError>(StartsWith("s.jsonl:1: \"page_size\" is 9,000,000")));
}

}  // namespace
}  // namespace radixlab
