#include "08-engine/predict.hpp"

namespace radixlab {

// A's last row is not its last token's; B's and C's are.
std::size_t predicted_sampled() { return 2; }

// Place 1 of the third page.
std::size_t predicted_slot() { return 37; }

// All but the last token are looked up, and found.
std::size_t predicted_full_hit() { return 1; }

// 40 by the first; the second waits for them, and computes its last.
std::size_t predicted_twins() { return 41; }

// 32 + 32 + 32 + 4.
std::size_t predicted_steps() { return 4; }

// One for each that generates.
std::size_t predicted_chunk() { return 27; }

// The second time is counted apart.
std::size_t predicted_preempted() { return 40; }

}  // namespace radixlab
