// A cover leaves out no pair of values. A cell's name has a word for each axis, and the pairs are counted from that.
#include "pair_cover.hpp"

#include <gmock/gmock.h>
#include <set>
#include <sstream>

#include "axis_counts.hpp"
#include "cells.hpp"
#include "ladder.hpp"

namespace radixlab {
namespace {

using testing::IsEmpty;

std::set<std::string> pairs_in(const std::vector<Cell>& cells) {
  std::set<std::string> pairs;
  for (const Cell& cell : cells) {
    std::istringstream words(cell.name());
    const std::vector<std::string> values{std::istream_iterator<std::string>(words), {}};
    EXPECT_EQ(values.size(), 6) << cell.name();
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (std::size_t j = i + 1; j < values.size(); ++j) pairs.insert(values[i] + " " + values[j]);
    }
  }
  return pairs;
}

std::vector<std::string> names_of(const std::vector<Cell>& cells) {
  std::vector<std::string> names;
  for (const Cell& cell : cells) names.push_back(cell.name());
  return names;
}

std::vector<Cell> sweep_of(std::string_view row) {
  return all_cells(Axes{}, *std::ranges::find(kLadder, row, &Stage::name));
}

void expect_cover(const std::vector<Cell>& cells, std::size_t at_most) {
  const std::vector<Cell> cover = pair_cover(cells);
  EXPECT_EQ(pairs_in(cover), pairs_in(cells));
  EXPECT_LE(cover.size(), at_most);
}

TEST(PairCover, OfTheWholeSweep) {
  const std::vector<Cell> cells = sweep_of("radix");
  EXPECT_EQ(cells.size(), 768);
  expect_cover(cells, 24);
}

TEST(PairCover, OfTheShortSweep) {
  std::vector<Cell> cells = sweep_of("radix");
  std::erase_if(cells, is_slow);
  EXPECT_EQ(cells.size(), 728);
  expect_cover(cells, 24);
}

TEST(PairCover, OfARowOfWholeTexts) { expect_cover(sweep_of("slots"), 24); }

// A row says which policies and devices it has, and the sweep runs each with all else: rows 07 and 09 are rows.
TEST(Cells, ARowBringsItsAxesAlong) {
  Stage stage = *std::ranges::find(kLadder, std::string_view("radix"), &Stage::name);
  stage.policies = {"lru", "lfu", "size"};
  stage.devices = {"cpu", "emulator"};
  const std::vector<Cell> cells = all_cells(Axes{}, stage);
  EXPECT_EQ(cells.size(), 6 * 768);
  EXPECT_EQ(cells.size(), expected_cells(Axes{}, stage));
  std::set<std::string> names;
  for (const Cell& cell : cells) names.insert(cell.name());
  EXPECT_EQ(names.size(), cells.size()) << "no two cells are the same";
  AxisCounts counts;
  for (const Cell& cell : pair_cover(cells)) counts.add(cell, {1, 1, 1, 1});
  for (const char* const value : {"policy     lfu", "policy     size", "device     cpu", "device     emulator"})
    EXPECT_THAT(counts.table(), testing::HasSubstr(value));
}

TEST(PairCover, OfThreeAxesOfTwoValues) {
  std::vector<Cell> cells;
  for (const std::size_t page_size : {1, 8}) {
    for (const std::size_t threads : {1, 2}) {
      for (const std::size_t chunk : {1, 7}) cells.push_back({"m", DType::f32, page_size, threads, Isa::scalar, chunk});
    }
  }
  expect_cover(cells, 5);
}

TEST(PairCover, ACellThatAloneHasAPairStays) {
  const std::vector<Cell> cells = {{"a", DType::f32, 8, 1, Isa::scalar, 0},
                                   {"b", DType::f32, 8, 1, Isa::avx2, 0},
                                   {"a", DType::f32, 8, 2, Isa::avx2, 0},
                                   {"b", DType::bf16, 1, 2, Isa::scalar, 7},
                                   {"a", DType::f32, 8, 1, Isa::scalar, 0}};
  EXPECT_EQ(names_of(pair_cover(cells)), names_of({cells.begin(), cells.end() - 1})) << "the last is there twice";
}

TEST(PairCover, OfNoCells) { EXPECT_THAT(pair_cover({}), IsEmpty()); }

}  // namespace
}  // namespace radixlab
