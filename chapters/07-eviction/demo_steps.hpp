/// \file
/// The steps of demo_07. Figures go to `demo` under the names that README.md's marks use.
#pragma once
#include "apps/demo.hpp"
#include "replay/sweep.hpp"

namespace radixlab {

/// questions.json's five texts, and in which order each policy lets them go; whole leaves and tails. Drawn.
void show_orders(Demo& demo);

/// Seed 004's comparison: 100 texts, and room is made for a fifth of them under each of the seeds' policies.
void show_seed_comparison(Demo& demo);

/// What goes under no policy: a locked leaf, and a node that has children.
void show_never(Demo& demo);

/// LFU where nobody counts hits: it is LRU.
void show_dead_counter(Demo& demo);

/// Seed 004's example of AdaptivePrefixCache, and a cache that admits all beside one that asks.
void show_admission(Demo& demo);

/// Three hit rates of one small trace; then what a chat workload finds under each policy, which it returns. Drawn.
Sweep show_hit_rates(Demo& demo);

/// The five texts under a policy that knows which is asked for last; then how much of lru's gap to it others close.
void show_clairvoyant(Demo& demo, const Sweep& chats);
void show_gap(Demo& demo, const Sweep& chats);  ///< the latter, no step of its own

/// What return-rate has learned: the index of text of each class by its age.
void show_return_rate(Demo& demo);

/// A workload on which others do better.
void show_where_others_are_better(Demo& demo);

}  // namespace radixlab
