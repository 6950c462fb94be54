/// \file
/// A covering array of strength two: a fault that two settings make together shows in a fraction of the cells.
#pragma once
#include <vector>

#include "cell.hpp"

namespace radixlab {

/// Some of `cells`, in their order: each two values of two axes that stand together in one of `cells` stand together in
/// one of these. Greedy, hence few and not fewest; the same for the same cells.
std::vector<Cell> pair_cover(const std::vector<Cell>& cells);

}  // namespace radixlab
