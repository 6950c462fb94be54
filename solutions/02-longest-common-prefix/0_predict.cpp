#include "02-longest-common-prefix/predict.hpp"

namespace radixlab {

// 1 and 2 have three tokens in common each; the lower index wins, and that 2 has nothing behind them does not matter.
std::size_t predicted_best_index() { return 1; }

// With each candidate 1,000 times "equal" and once "different": 100,100, to find what the first one showed already.
std::size_t predicted_compared() { return std::size_t{100} * (1000 + 1); }

// The first one all of it; the others 30 each: 2,120. The document is 125 whole pages, so all of it is found.
std::size_t predicted_computed() { return 2000 + std::size_t{4} * 30; }

// The document's 125 pages once, and of each prompt the one page that its 30 tokens fill: 129.
std::size_t predicted_cached_pages() { return 2000 / 16 + std::size_t{4} * (30 / 16); }

// An entry keeps all its tokens, whoever else has them too: 126 whole pages each, 8,064 tokens.
std::size_t predicted_kept_tokens() { return std::size_t{4} * (2030 / 16) * 16; }

// A B C is older. Pages 0 and 1 have A B D as an owner too (I3), so they stay; pages 3 and 4 were never the manager's.
std::vector<PageId> predicted_freed() { return {2}; }

// An entry goes as a whole: one page was asked for, and the last owner of three is gone.
std::vector<PageId> predicted_freed_next() { return {0, 1, 5}; }

// The lock is the entry's, not the prefix's: all three pages of A B C.
std::size_t predicted_protected() { return 3; }

}  // namespace radixlab
