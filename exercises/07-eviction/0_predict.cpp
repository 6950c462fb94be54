#include "07-eviction/predict.hpp"
#include "contract/todo.hpp"

namespace radixlab {

/// Chapter 07, task 7.0: say what will happen before you read on. The tests hold each answer against a run.
///
/// The scene of the first six: a tree with pages of one token. Each insert and each look-up is a tick of its clock.
/// Ticks 1 to 4: texts 0, 1, 2 and 3 are inserted, of 2, 8, 4 and 3 tokens. Ticks 5 to 10: look-ups find text 2, text
/// 3, text 1, text 0, text 3, text 0. Tick 11: text 4 is inserted, of 1 token. No two texts begin alike, and nothing is
/// locked.
///
/// The number of the text that lru evicts first.
std::size_t predicted_lru() {
  todo("7.0",
       "Write a line for each text: when it was created, when it was used last, how often look-ups found it, how many "
       "pages it has. Which column does the question read, and from which end?");
}

/// The same for lfu.
std::size_t predicted_lfu() { todo("7.0", "The hint stands above."); }

/// The same for fifo.
std::size_t predicted_fifo() { todo("7.0", "The hint stands above."); }

/// The same for product: the largest age x size / (hits + 1), at tick 11.
std::size_t predicted_product() { todo("7.0", "The hint stands above."); }

/// At tick 11 text 2 is retained with priority 1 for 100 ticks. The same for priority.
std::size_t predicted_retained() { todo("7.0", "The hint stands above."); }

/// evict(2) by lru, whole leaves. [pages] that are free afterwards.
std::size_t predicted_freed() { todo("7.0", "The hint stands above."); }

/// The scene of this one: the same five texts, and a trace goes on: requests for text 4, text 2, text 0, text 1, text
/// 3.
///
/// The number of the text that the clairvoyant policy evicts first.
std::size_t predicted_clairvoyant() { todo("7.0", "The hint stands above."); }

/// The scene of this one: the same prefix of 1,000 tokens comes again and again. AdaptivePrefixCache decides first,
/// then counts the request.
///
/// With which request, counted from 1, does it say for the first time that the prefix should be cached?
std::size_t predicted_admitted() { todo("7.0", "The hint stands above."); }

}  // namespace radixlab
