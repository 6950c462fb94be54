/// \file
/// The steps of demo_05. Figures go to `demo` under the names that README.md's marks use.
#pragma once
#include "apps/demo.hpp"

namespace radixlab {

/// Seed 004's radix_tree_example: four sequences, the tree that they make, four look-ups.
void show_example(Demo& demo);

/// The header's figure, call by call: an edge is cut where a look-up ends. Drawn.
void show_split(Demo& demo);

/// Two requests hold what they use while an edge is cut and pages are asked back. Drawn.
void show_locks(Demo& demo);

/// RadixAttentionManager: requests on a budget that does not hold all of them, and its statistics.
void show_attention(Demo& demo);

/// What README.md's tables say, and the answers to questions.json under their names, from runs; prints nothing.
void keep_numbers(Demo& demo);

}  // namespace radixlab
