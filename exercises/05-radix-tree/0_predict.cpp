#include "05-radix-tree/predict.hpp"
#include "contract/todo.hpp"

namespace radixlab {

/// Chapter 05, task 5.0: say what will happen before you read on. The tests hold each answer against a run.
///
/// The scene of the first two: a document of 2,000 tokens. Four requests come one after the other; the prompt of each
/// is the document and 30 tokens of its own, already the first of which differs. Nothing is generated. A page holds one
/// token. The manager is radix.
///
/// [tokens] that have a place in the pool when all four are done. (Under slots four rows of 2,048: 8,192.)
std::size_t predicted_places() {
  todo("5.0",
       "Draw the tree with a box for each run of tokens. Which texts go through a box, "
       "and which page does each of them use there?");
}

/// [nodes] of the tree then, without the root.
std::size_t predicted_nodes_of_the_tree() { todo("5.0", "The hint stands above."); }

/// The scene of the next three: pages of one token, an empty tree. The text 7 7 3 1 is inserted with pages 0 1 2 3, and
/// two requests lock its handle. Then 7 7 9 is inserted with pages 10 11 12, and a third request locks that handle.
///
/// Which of the pages 10, 11 and 12 do not belong to the tree after the insert, in ascending order?
std::vector<PageId> predicted_own_copies() { todo("5.0", "The hint stands above."); }

/// How many locks does the node of 7 7 count when all three have locked?
std::size_t predicted_locks() { todo("5.0", "The hint stands above."); }

/// The first two requests unlock. [pages] that are protected now?
std::size_t predicted_protected_then() { todo("5.0", "The hint stands above."); }

/// The scene of the next two: pages of 4 tokens. A text of 8 tokens is cached on two pages. A look-up brings 8 tokens,
/// of which the last differs.
///
/// [tokens] that match_prefix answers.
std::size_t predicted_found_whole() { todo("5.0", "The hint stands above."); }

/// The tree had one node, without the root. How many has it after that look-up?
std::size_t predicted_nodes_after_a_look_up() { todo("5.0", "The hint stands above."); }

/// Pages of one token, an empty tree. 7 7 3 1 is inserted with pages 0 1 2 3, then 5 5 with pages 10 11, and then 7 7
/// is looked up. Nothing is locked.
///
/// Which pages does evict(1) return, in its order?
std::vector<PageId> predicted_victims_of_one() { todo("5.0", "The hint stands above."); }

}  // namespace radixlab
