/// \file
/// What is said of a cell: whether its sound run is right, and whether a fault that was put into it shows.
#pragma once
#include <cstddef>
#include <string>

#include "row_above.hpp"

namespace radixlab {

bool caches(const Stage& stage);  ///< some row caches nothing, and can reuse and evict nothing

/// Rows of logits that were held against the row above, and against the scalar reference.
struct Compared {
  std::size_t rows = 0, referenced = 0;
};

/// What is wrong in a sound run of the cell, or was not shown by it; empty where nothing is. Counts in `compared`. With the
/// reference it is compared unless the run stands beside a `fault` that can be seen without.
std::string wrong_in(const Cell& cell, const CellResult& sound, const Stage& stage, Fault fault, RowAbove& above,
                     Compared& compared);

/// What was seen of a fault.
struct Seen {
  std::string how;    ///< the first difference; empty: the cell stayed green
  std::string wrong;  ///< what speaks against the ladder: it saw what had no chance, or did not see what had
  std::size_t chances = 0;
};

/// Runs the cell with the fault. One that the row above shares is put into that row too: what is seen of it must be seen
/// in spite of that.
Seen look_for(Fault fault, const Cell& cell, const Stage& stage, const CellResult& sound, const Compared& compared,
              RowAbove& above);

}  // namespace radixlab
