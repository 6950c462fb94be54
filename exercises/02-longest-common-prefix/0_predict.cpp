#include "02-longest-common-prefix/predict.hpp"
#include "contract/todo.hpp"

namespace radixlab {

/// Chapter 02, task 2.0: say what will happen before you read on. The tests hold each answer against a run.
///
/// The new text is 5 5 5 1. Four candidates: 0 is 5 5, 1 is 5 5 5 2, 2 is 5 5 5, 3 is 9. The index of the best match?
std::size_t predicted_best_index() {
  todo("2.0",
       "Which of these numbers grows with the texts that are stored, and which one with what is "
       "different in them? Write before you read on.");
}

/// Seed 004's benchmark: 100 sequences, each the same 1,000 tokens and then 100 of its own. The new text is those 1,000
/// tokens and two more that nobody has. How many times does the plain loop compare a token with a token, in all?
std::size_t predicted_compared() { todo("2.0", "The hint stands above."); }

/// Chapter 01's four prompts once more: a document of 2,000 tokens, and behind it 30 tokens of each prompt's own. They
/// come one after the other, a page has 16 tokens, and the manager is lcp. It keeps a text as far as that fills whole
/// pages, and no answer is generated.
///
/// [tokens] whose keys and values the model computes for the four prompts, in all. (8,120 under naive.)
std::size_t predicted_computed() { todo("2.0", "The hint stands above."); }

/// [pages] that the manager holds when all four are done.
std::size_t predicted_cached_pages() { todo("2.0", "The hint stands above."); }

/// [tokens] in the texts that the manager keeps, to compare with, when all four are done.
std::size_t predicted_kept_tokens() { todo("2.0", "The hint stands above."); }

/// A manager with pages of 4 tokens; a letter is a page of tokens. The text A B C is inserted on pages 0, 1 and 2. Then
/// A B D is inserted on pages 3, 4 and 5. The oldest goes first; of two that match as well, the one stored first is
/// hit.
///
/// Evict(1) follows. Which pages does it return, in ascending order?
std::vector<PageId> predicted_freed() { todo("2.0", "The hint stands above."); }

/// And another evict(1) behind it?
std::vector<PageId> predicted_freed_next() { todo("2.0", "The hint stands above."); }

/// No eviction, but a look-up of A alone, which ends in A B C; its handle is locked. How many pages are protected now?
std::size_t predicted_protected() { todo("2.0", "The hint stands above."); }

}  // namespace radixlab
