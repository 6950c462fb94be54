#include "06-page-allocator/predict.hpp"
#include "contract/todo.hpp"

namespace radixlab {

/// Chapter 06, task 6.0: say what will happen before you read on. The tests hold each answer against a run.
///
/// The scene of the first one: pages of one token, and seed 000's first version, which keeps no counts. Request A
/// computes 7 7 3 1 on pages 0 1 2 3 and inserts them. Request B brings 7 7 9: it finds pages 0 and 1 and computes the
/// 9 on page 4. Each request frees all pages of its table when it ends. A ends, then B.
///
/// Which pages are freed twice, in ascending order?
std::vector<PageId> predicted_freed_twice() {
  todo("6.0",
       "Draw the scene of a question: a row of boxes, one a page, or the tree's nodes with their pages. Who names "
       "each of them after each call, and how many requests still read it?");
}

/// The scene of the next three: the same two texts, pages of one token, chapter 06's cache and its counts. A has
/// computed and published 7 7 3 1 on pages 0 1 2 3, and it goes on. B brings 7 7 9, finds 7 7, and has page 4 for the
/// 9, which it has not published yet. Both hold locked what they use.
///
/// The ref_count of page 0.
std::size_t predicted_count() { todo("6.0", "The hint stands above."); }

/// [pages] that get_stats calls shared.
std::size_t predicted_shared() { todo("6.0", "The hint stands above."); }

/// A ends. For which pages does can_evict say yes, in ascending order?
std::vector<PageId> predicted_may_go() { todo("6.0", "The hint stands above."); }

/// The scene of this one: an allocator of 8 pages. Pages 0, 1, 4, 6 and 7 are in use.
///
/// [pages] that a compaction moves, so that the free ones are neighbours at the end.
std::size_t predicted_moves() { todo("6.0", "The hint stands above."); }

/// The scene of the next two: pages of 4 tokens, hits may end inside a page. A text of 16 tokens is cached on four
/// pages and is one node. A look-up brings 16 tokens, and the first six agree.
///
/// [tokens] that match_prefix answers.
std::size_t predicted_found_inside() { todo("6.0", "The hint stands above."); }

/// How many nodes has the tree after that look-up, without the root?
std::size_t predicted_nodes_after() { todo("6.0", "The hint stands above."); }

/// The scene of this one: pages of 4 tokens. A request has computed 10 tokens on three pages. It is forked twice, so
/// that three requests run. Then each of them computes one token of its own.
///
/// [pages] in use then.
std::size_t predicted_pages_of_three() { todo("6.0", "The hint stands above."); }

}  // namespace radixlab
