#include "pair_cover.hpp"

#include <algorithm>
#include <set>

#include "axis_counts.hpp"

namespace radixlab {
namespace {

using Pair = std::pair<AxisValue, AxisValue>;

std::vector<Pair> pairs_of(const Cell& cell) {
  const std::vector<AxisValue> values = axis_values(cell);
  std::vector<Pair> pairs;
  for (auto a = values.begin(); a != values.end(); ++a) {
    for (auto b = a + 1; b != values.end(); ++b) pairs.emplace_back(*a, *b);
  }
  return pairs;
}

}  // namespace

std::vector<Cell> pair_cover(const std::vector<Cell>& cells) {
  std::vector<std::vector<Pair>> pairs;
  std::set<Pair> missing;
  for (const Cell& cell : cells) {
    pairs.push_back(pairs_of(cell));
    missing.insert(pairs.back().begin(), pairs.back().end());
  }
  std::set<std::size_t> chosen;
  while (!missing.empty()) {
    const auto gain = [&](const std::vector<Pair>& of) {
      return std::ranges::count_if(of, [&](const Pair& pair) { return missing.contains(pair); });
    };
    const auto best = std::ranges::max_element(pairs, {}, gain);  // the first, where several gain as much
    for (const Pair& pair : *best) missing.erase(pair);
    chosen.insert(static_cast<std::size_t>(best - pairs.begin()));
  }
  std::vector<Cell> cover;
  for (const std::size_t i : chosen) cover.push_back(cells[i]);
  return cover;
}

}  // namespace radixlab
