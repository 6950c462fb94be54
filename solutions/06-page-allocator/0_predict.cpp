#include "06-page-allocator/predict.hpp"

namespace radixlab {

// A's table is 0 1 2 3 and B's is 0 1 4.
std::vector<PageId> predicted_freed_twice() { return {0, 1}; }

// A's lock and B's. The writer's own count was dropped when A published.
std::size_t predicted_count() { return 2; }

// Pages 0 and 1, which hold 7 7.
std::size_t predicted_shared() { return 2; }

// 3 1 is cached and nobody needs it any more. Page 4 is not the cache's.
std::vector<PageId> predicted_may_go() { return {2, 3}; }

// 6 goes to 2 and 7 to 3. Page 4 is among the first five.
std::size_t predicted_moves() { return 2; }

// One page of four, and two tokens of the next one.
std::size_t predicted_found_inside() { return 4 + 2; }

// One page, one page, two pages.
std::size_t predicted_nodes_after() { return 3; }

// Two whole pages, and a last page for each of the three.
std::size_t predicted_pages_of_three() { return 2 + 3; }

}  // namespace radixlab
