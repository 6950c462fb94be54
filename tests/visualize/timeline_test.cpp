#include "visualize/timeline.hpp"

#include <gmock/gmock.h>

#include "pictures.hpp"
#include "visualize/render.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// 0: two chunks, a fork (1), and an end. 2: waits, runs, is preempted, and catches up. 3 is aborted while it waits.
std::vector<TimelineStep> scene() {
  return {
      {.ran = {{0, 16, 0}}, .waiting = {2, 3}},
      {.ran = {{0, 8, 0}, {2, 5, 0}}, .generated = {0, 1, 2}, .waiting = {3}, .ended = {{3, "aborted"}}},
      {.ran = {{0, 1, 1}, {1, 1, 1}}, .generated = {0, 1}, .preempted = {2}, .waiting = {2}, .ended = {{1, "stop"}}},
      {.ran = {{0, 1, 2}, {2, 4, 1}}, .generated = {0}, .ended = {{0, "length"}}},
      {.ran = {{2, 2, 1}}, .generated = {2}},
      {},
      {.ran = {{2, 1, 2}}, .generated = {2}},
  };
}

std::vector<TimelineStep> long_scene() {
  std::vector<TimelineStep> steps(250);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    steps[i].ran = {{0, i == 0 ? std::size_t{90} : 1, i}};
    steps[i].generated = {0};
    (i == 100 ? steps[i].preempted : steps[i].waiting) = {7};
  }
  steps.back().ended = {{0, "length"}};
  return steps;
}

std::string line_of(const std::string& text, std::size_t number) {
  std::istringstream lines(text);
  std::string line;
  for (std::size_t i = 0; i <= number; ++i) std::getline(lines, line);
  return line;
}

TEST(Timeline, ARowARequestAColumnAStep) {
  const std::string text = to_text_timeline(scene());
  EXPECT_EQ(line_of(text, 0), "step  0   1   2   3   4   5   6");
  EXPECT_EQ(line_of(text, 1), "   0  16  8+  +   +   length");
  EXPECT_EQ(line_of(text, 2), "   1      f   +   stop");
  EXPECT_EQ(line_of(text, 3), "   2  .   5+  x   r4  r2+ -   +") << "until it generates again, it catches up";
  EXPECT_EQ(line_of(text, 4), "   3  .   .   aborted");
}

TEST(TimelineGolden, Text) { expect_golden_text("timeline.txt", to_text_timeline(scene())); }
TEST(TimelineGolden, Picture) { expect_golden("timeline", to_dot_timeline(scene())); }

TEST(Timeline, LettersWhereNumbersDoNotFit) {
  const std::string text = to_text_timeline(scene(), {.most = 10});
  EXPECT_EQ(line_of(text, 0), "step  0 to 6");
  EXPECT_EQ(line_of(text, 1), "   0  pp++ length");
  EXPECT_EQ(line_of(text, 3), "   2  .pxrr-+");
  EXPECT_THAT(text, Not(HasSubstr("a column")));
}

TEST(Timeline, SeveralStepsAColumnShowWhatMattersMost) {
  const std::string text = to_text_timeline(long_scene());
  EXPECT_EQ(line_of(text, 1), "   0  p" + std::string(83, '+') + " length") << "250 steps in columns of 3";
  EXPECT_EQ(line_of(text, 2), "   7  " + std::string(33, '.') + "x" + std::string(50, '.'));
  EXPECT_THAT(text, HasSubstr("a column: 3 steps"));
}

TEST(Timeline, APictureFoldsTheSameWay) {
  const std::string dot = to_dot_timeline(long_scene());
  EXPECT_THAT(dot, HasSubstr(">249</TD>"));
  EXPECT_THAT(dot, Not(HasSubstr(">250</TD>")));
  EXPECT_THAT(dot, HasSubstr("a column: 3 steps"));
}

TEST(Timeline, TheLegendNamesWhatOccurs) {
  const std::string text = to_text_timeline({{.ran = {{0, 1, 3}}, .generated = {0}}});
  EXPECT_THAT(text, HasSubstr("generates a token"));
  for (const char* absent : {"preempted", "fork", "prefill", "waits", "no token left"})
    EXPECT_THAT(text, Not(HasSubstr(absent)));
}

TEST(Timeline, ARowThatFailedGivesNoToken) {
  EXPECT_THAT(to_text_timeline({{.ran = {{4, 1, 2}}, .ended = {{4, "failed"}}}}), HasSubstr("   4  1 failed"));
}

TEST(Timeline, NothingIsALineToo) {
  EXPECT_THAT(to_text_timeline({}), StartsWith("step"));
  EXPECT_THAT(to_dot_timeline({}), HasSubstr("step"));
  EXPECT_THROW(to_text_timeline({}, {.most = 0}), std::invalid_argument);
  EXPECT_THROW(to_dot_timeline({}, {.most = 0}), std::invalid_argument);
}

TEST(Timeline, ThePictureCanBeDrawn) {
  if (!can_render()) GTEST_SKIP() << "the program dot is not installed";
  EXPECT_NO_THROW(render(to_dot_timeline(scene()), testing::TempDir() + "timeline.svg"));
}

}  // namespace
}  // namespace radixlab
