#include "05-radix-tree/predict.hpp"

namespace radixlab {

// The document lies in the pool once, and each prompt's own 30 tokens once: 2,120.
std::size_t predicted_places() { return 2000 + std::size_t{4} * 30; }

// The document is one run, and each prompt's own tokens are one: 5. The second look-up cuts the first prompt's node.
std::size_t predicted_nodes_of_the_tree() { return 1 + 4; }

// 7 7 is cached on pages 0 and 1. Of the caller's pages the tree takes 12, which holds the 9.
std::vector<PageId> predicted_own_copies() { return {10, 11}; }

// The split gives the upper half the two locks of 3 1, and the third request's lock goes through it too.
std::size_t predicted_locks() { return 2 + 1; }

// The third request holds 7 7 9: pages 0, 1 and 12. The pages 2 and 3 can be evicted.
std::size_t predicted_protected_then() { return 3; }

// Seven tokens agree. They are one whole page and three tokens of the next.
std::size_t predicted_found_whole() { return 4; }

// The edge of two pages is cut behind the first page.
std::size_t predicted_nodes_after_a_look_up() { return 2; }

// 3 1 was used at tick 1, 5 5 at tick 2, 7 7 at tick 3. The leaf 3 1 goes, with both of its pages.
std::vector<PageId> predicted_victims_of_one() { return {2, 3}; }

}  // namespace radixlab
