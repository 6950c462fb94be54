/// \file
/// The steps of demo_09. Figures go to `demo` under the names that README.md's marks use.
#pragma once
#include <filesystem>

#include "apps/demo.hpp"
#include "io/dtype.hpp"

namespace radixlab {

/// A warp's loads: sectors of global memory, and passes over shared memory's banks. Drawn.
void show_fetching(Demo& demo);

/// What each pass of each rung fetches for one row. Drawn.
void show_ladder(Demo& demo);

/// A kernel without its barrier, in the emulator's words; then the same one with it.
void show_race(Demo& demo);

/// Sums that several threads share: which cuts keep the bits.
void show_cuts(Demo& demo);

/// One call of attention by the CPU's kernels and by rungs 2 to 5, in both types. Throws CheckFailed if rungs 2, 3 or 4 give other
/// bits than the CPU.
void show_bits(Demo& demo);

/// All logits of a random model and of the one in `folder`, by the exact kernels and by the CPU's. Throws CheckFailed if they differ.
void show_model(Demo& demo, const std::filesystem::path& folder, DType type);

/// What no emulator can tell.
void show_limits(Demo& demo);

}  // namespace radixlab
