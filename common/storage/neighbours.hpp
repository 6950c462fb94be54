/// \file
/// Pages that are neighbours: p, p+1, p+2 ... Written and recognised many at a step.
#pragma once
#include <cstddef>
#include <span>

#include "contract/cache_manager.hpp"

namespace radixlab {

/// first, first + 1 ... into all of `out`.
void write_neighbours(PageId first, std::span<PageId> out);

/// Whether pages [n] are pages[0], pages[0] + 1 ... Of none and of one: true.
bool are_neighbours(std::span<const PageId> pages);

}  // namespace radixlab
