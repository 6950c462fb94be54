#include "axis_counts.hpp"

#include <fmt/format.h>

namespace radixlab {

std::vector<AxisValue> axis_values(const Cell& cell) {
  return {{"type", std::string(weight_dtype_name(cell.type))},
          {"model", cell.model},
          {"page size", fmt::format("{:>4}", cell.page_size)},
          {"threads", fmt::format("{:>4}", cell.threads)},
          {"isa", std::string(isa_name(cell.isa))},
          {"chunk", cell.chunk == 0 ? " all" : fmt::format("{:>4}", cell.chunk)},
          {"policy", cell.policy.empty() ? "its own" : cell.policy},
          {"device", cell.device}};
}

void AxisCounts::add(const Cell& cell, const CellCounts& counts) {
  for (const AxisValue& value : axis_values(cell)) {
    CellCounts& sum = counts_[value];
    sum.cells += counts.cells;
    sum.rows += counts.rows;
    sum.reused += counts.reused;
    sum.evicted += counts.evicted;
  }
}

std::string AxisCounts::table() const {
  std::string text =
      fmt::format("{:<10} {:<12} {:>7} {:>9} {:>9} {:>9}\n", "axis", "value", "cells", "rows", "reused", "evicted");
  for (const auto& [value, sum] : counts_) {
    text += fmt::format("{:<10} {:<12} {:>7} {:>9} {:>9} {:>9}\n", value.first, value.second, sum.cells, sum.rows,
                        sum.reused, sum.evicted);
  }
  return text;
}

}  // namespace radixlab
