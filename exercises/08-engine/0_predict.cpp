#include "08-engine/predict.hpp"
#include "contract/todo.hpp"

namespace radixlab {

/// Chapter 08, task 8.0: say what will happen before you read on. The tests hold each answer against a run.
///
/// The scene of the first two: a step's batch has three requests, and pages have 4 tokens. A computes 8 of the 20
/// tokens of its prompt that are left. B computes the last 3 tokens of its prompt. C computes the one token that it
/// generated last.
///
/// Rows of the batch for which logits are needed.
std::size_t predicted_sampled() {
  todo("8.0",
       "Draw the batch of a question: a line a row, with the request and the position of its token. Which "
       "of these rows has nothing behind it in its request?");
}

/// C's page table is 7 2 9, and its token stands at position 9, counted from 0. The slot of the pool, counted in
/// tokens, that its keys and values are written to.
std::size_t predicted_slot() { todo("8.0", "The hint stands above."); }

/// The scene of the next two: pages of 4 tokens, chapter 06's manager, whose hits may end inside a page, and steps that
/// are large enough for all.
///
/// A prompt of 36 tokens is cached whole. It comes again. Tokens that are computed for its first new token.
std::size_t predicted_full_hit() { todo("8.0", "The hint stands above."); }

/// Two requests with the same prompt of 40 tokens, of which nothing is cached, arrive before one step. Prompt tokens
/// that are computed for both together.
std::size_t predicted_twins() { todo("8.0", "The hint stands above."); }

/// The scene of the next two: max_num_batched_tokens is 32, and nothing is cached.
///
/// A prompt of 100 tokens is alone. Steps until its first new token.
std::size_t predicted_steps() { todo("8.0", "The hint stands above."); }

/// Five requests generate, and a prompt of 100 tokens starts. Tokens of it that the first step computes.
std::size_t predicted_chunk() { todo("8.0", "The hint stands above."); }

/// The scene of the last: a prompt of 40 tokens, of which nothing was cached, is computed. The request is preempted,
/// and all of its pages are evicted. It starts again and computes everything once more.
///
/// num_cached_tokens + num_computed_tokens of the request at its end.
std::size_t predicted_preempted() { todo("8.0", "The hint stands above."); }

}  // namespace radixlab
