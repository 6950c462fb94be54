/// \file
/// The parts of demo_03 that need this chapter's bodies. Figures go to `demo` under the names that tests use.
#pragma once
#include "apps/demo.hpp"

namespace radixlab {

/// Seed 004's benchmark: a scan of 1,000 sequences, the index, and what a query costs with it.
void show_matching(Demo& demo);

/// Three prompts as chains of block hashes, drawn: what is shared, and what one other token does to all behind it.
void show_blocks(Demo& demo);

/// Good and bad hashes: what trusting them would have answered, what verifying answers, and what it costs.
void show_collisions(Demo& demo);

/// Tenants whose names were chosen to be mistaken for one another.
void show_tenants(Demo& demo);

/// What README.md's tables say, and the answers to questions.json under their names, from runs; prints nothing.
void keep_numbers(Demo& demo);

}  // namespace radixlab
