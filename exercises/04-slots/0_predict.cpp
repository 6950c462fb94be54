#include "04-slots/predict.hpp"
#include "contract/todo.hpp"

namespace radixlab {

/// Chapter 04, task 4.0: say what will happen before you read on. The tests hold each answer against a run.
///
/// The scene of the first four: a document of 2,000 tokens. Four requests come one after the other; the prompt of each
/// is the document and 30 tokens of its own, already the first of which differs. Nothing is generated. A row holds
/// 2,048 tokens. The manager is slots.
///
/// [tokens] whose keys and values the model computes for the four prompts, in all.
std::size_t predicted_computed_with_rows() {
  todo("4.0",
       "A row belongs to one request from its first place to its last. So what does a request do "
       "with 2,000 tokens that lie in somebody else's row?");
}

/// [tokens] whose keys and values are copied from one row to another.
std::size_t predicted_copied() { todo("4.0", "The hint stands above."); }

/// [rows] that are cached when all four are done.
std::size_t predicted_rows() { todo("4.0", "The hint stands above."); }

/// [nodes] of the trie then.
std::size_t predicted_nodes() { todo("4.0", "The hint stands above."); }

/// An allocator gives out slots 0, 1 and 2. Slot 1 is freed, then slot 0; then somebody occupies slot 1, whose text he
/// goes on with.
///
/// What is the version of slot 1 now?
std::size_t predicted_version() { todo("4.0", "The hint stands above."); }

/// And which slot does the next alloc give?
std::size_t predicted_next_slot() { todo("4.0", "The hint stands above."); }

/// The text 1 2 3 4 is inserted for slot 0, then 1 2 9 for slot 1, and then slot 1 is taken anew. [tokens] that find
/// answers for 1 2 9 9.
std::size_t predicted_found() { todo("4.0", "The hint stands above."); }

/// A trie has room for 4 nodes. 1 2 3 is inserted for slot 0 and released, then 1 5 6 for slot 1. [tokens] that find
/// answers for 1 2 3.
std::size_t predicted_left_over() { todo("4.0", "The hint stands above."); }

}  // namespace radixlab
