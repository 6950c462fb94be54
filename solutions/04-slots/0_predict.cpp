#include "04-slots/predict.hpp"

namespace radixlab {

// The first computes all, each of the others its own 30: 2,120.
std::size_t predicted_computed_with_rows() { return 2030 + std::size_t{3} * 30; }

// A row belongs to one request, so the three that hit copy the document into rows of their own: 6,000.
std::size_t predicted_copied() { return std::size_t{3} * 2000; }

// Each text is another one, and each keeps its row, 2,000 tokens of which are in every one of them.
std::size_t predicted_rows() { return 4; }

// The document's nodes stand once, and then there are four tails.
std::size_t predicted_nodes() { return 2000 + std::size_t{4} * 30; }

// alloc raised it to 1. Neither free nor occupy does: what lies in the row is still the same.
std::size_t predicted_version() { return 1; }

// The lowest free slot: 0 (3 is free too).
std::size_t predicted_next_slot() { return 0; }

// The node of 9 had no other slot: gone. 1 and 2 went back to slot 0, which has held them all the time.
std::size_t predicted_found() { return 2; }

// Five nodes, one too many. The least recently used leaf goes, which is 3; its parent 2 is no leaf until then.
std::size_t predicted_left_over() { return 2; }

}  // namespace radixlab
