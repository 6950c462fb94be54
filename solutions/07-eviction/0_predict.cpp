#include "07-eviction/predict.hpp"

namespace radixlab {

// Ticks 10, 7, 5, 9, 11.
std::size_t predicted_lru() { return 2; }

// Hits 2, 1, 1, 2, 0.
std::size_t predicted_lfu() { return 4; }

// Created at ticks 1, 2, 3, 4, 11.
std::size_t predicted_fifo() { return 0; }

// 4 x 8 / 2 is more than 6 x 4 / 2.
std::size_t predicted_product() { return 1; }

// Text 2 is kept; of the others text 1 was used least recently.
std::size_t predicted_retained() { return 1; }

// All of text 2.
std::size_t predicted_freed() { return 4; }

// The last one that is asked for.
std::size_t predicted_clairvoyant() { return 3; }

// Two earlier ones were counted by then.
std::size_t predicted_admitted() { return 3; }

}  // namespace radixlab
