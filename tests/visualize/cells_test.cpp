#include "visualize/cells.hpp"

#include <gmock/gmock.h>

#include "pictures.hpp"
#include "visualize/render.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(CellsGolden, RowsOfEveryKind) {
  expect_golden("cells",
                to_dot_cells({{{.text = "a title", .columns = 3, .bold = true, .left = true}},
                              {{.text = "request 1"},
                               {.text = "7", .colour = cell_colour::shared, .width = 22, .port = "end"},
                               {.text = "3", .colour = cell_colour::own}},
                              {{.text = ""}, {.text = "again", .colour = cell_colour::wasted, .columns = 2}}}));
}

TEST(Cells, TextIsNoMarkup) {
  const std::string dot = to_dot_cells({{{.text = "<B> & \"x\"\n"}}});
  EXPECT_THAT(dot, HasSubstr("&#60;B&#62; &#38; &#34;x&#34;"));
  EXPECT_THAT(dot, Not(HasSubstr("<B>")));
}

TEST(Cells, NothingBoldIsStillAPicture) {
  if (!can_render()) GTEST_SKIP() << "the program dot is not installed";
  const std::string path = testing::TempDir() + "cells.svg";
  EXPECT_NO_THROW(render(to_dot_cells({{{.text = "", .bold = true}}}), path));
}

}  // namespace
}  // namespace radixlab
