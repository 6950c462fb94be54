/// \file
/// How many cells each value of each axis had, and what was seen in them: no value may be there in name only.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cell.hpp"

namespace radixlab {

using AxisValue = std::pair<std::string, std::string>;  ///< axis, value: "type", "bfloat16"
std::vector<AxisValue> axis_values(const Cell& cell);   ///< one an axis

/// What one cell, or several, compared.
struct CellCounts {
  std::size_t cells = 0, rows = 0, reused = 0, evicted = 0;  ///< rows of logits; [tokens] reused and evicted
};

class AxisCounts {
 public:
  void add(const Cell& cell, const CellCounts& counts);
  std::string table() const;  ///< a line a value: "type  bfloat16  384 ..."

 private:
  std::map<AxisValue, CellCounts> counts_;
};

}  // namespace radixlab
