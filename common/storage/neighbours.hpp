/// \file
/// Pages that are neighbours: p, p+1, p+2 ... Written and counted many at a step.
#pragma once
#include <cstddef>
#include <span>

#include "contract/cache_manager.hpp"

namespace radixlab {

/// first, first + 1 ... into all of `out`.
void write_neighbours(PageId first, std::span<PageId> out);

/// How many of pages [n] are neighbours, from the first on: pages[0], pages[0] + 1 ... O(answer).
std::size_t count_neighbours(std::span<const PageId> pages);

}  // namespace radixlab
