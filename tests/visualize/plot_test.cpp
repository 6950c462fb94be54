#include "visualize/plot.hpp"

#include <gmock/gmock.h>

#include "visualize/render.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;

Plot two_lines() {
  return {"a <title>",
          "x",
          "y",
          {1, 10, 100},
          {"1 %", "10 %", "100 %"},
          {{"low", {0, 0.1, 0.2}}, {"high", {0.3, 0.35, 0.4}, "#0a5fa5", "dashed", 2}}};
}

TEST(Plot, PointsStandWhereTheyMust) {
  const std::string dot = to_dot_plot(two_lines());
  EXPECT_THAT(dot, HasSubstr("color=\"#1f2937\", pos=\"40.0,40.0!\"")) << "the least x, and y = 0";
  EXPECT_THAT(dot, HasSubstr("color=\"#1f2937\", pos=\"280.0,115.0!\""))
      << "the middle of a logarithmic axis, and a quarter of 40 %";
  EXPECT_THAT(dot, HasSubstr("color=\"#0a5fa5\", pos=\"520.0,340.0!\"")) << "the largest x and y";
}

TEST(Plot, TheHighestLineIsNamedFirst) {
  const std::string dot = to_dot_plot(two_lines());
  EXPECT_LT(dot.find(">high<"), dot.find(">low<"));
  EXPECT_THAT(dot, HasSubstr("a &#60;title&#62;"));
}

TEST(Plot, GraphvizReadsIt) {
  if (!can_render()) GTEST_SKIP() << "the program dot is not installed";
  EXPECT_NO_THROW(render(to_dot_plot(two_lines()), testing::TempDir() + "plot.svg"));
}

TEST(Plot, RefusesWhatItCannotPlace) {
  Plot plot = two_lines();
  plot.lines[0].y.pop_back();
  EXPECT_THROW(to_dot_plot(plot), std::invalid_argument);
  plot = two_lines();
  plot.x[0] = 0;
  EXPECT_THROW(to_dot_plot(plot), std::invalid_argument);
  EXPECT_THROW(to_dot_plot({}), std::invalid_argument);
}

}  // namespace
}  // namespace radixlab
