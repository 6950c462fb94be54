#include "01-naive-manager/predict.hpp"
#include "contract/todo.hpp"

namespace radixlab {

/// Chapter 01, task 1.0: say what will happen before you read on. The tests hold each answer against a run.
///
/// The scene of the first four: a document of 2,000 tokens. Four requests come one after the other; the prompt of each
/// is the document and 30 tokens of its own. A page has 16 tokens. The manager is naive: it caches nothing.
///
/// [tokens] whose keys and values the model computes for the four prompts, in all.
std::size_t predicted_computed() {
  todo("1.0",
       "What does the second request still have of the first one's work, if nothing was "
       "kept? Write the numbers before you read on.");
}

/// [pages] that one of the four requests holds while its prompt is computed.
std::size_t predicted_pages() { todo("1.0", "The hint stands above."); }

/// [tokens] of one prompt that the desk looks up in the cache.
std::size_t predicted_looked_up() { todo("1.0", "The hint stands above."); }

/// [bytes] of keys and values that one token takes in preset `110m`: 12 layers, 12 query heads, 4 KV heads, heads of 64
/// numbers, in float32.
std::size_t predicted_kv_bytes() { todo("1.0", "The hint stands above."); }

/// [tokens] in `cached_len` of what naive's insert_prefix answers for a text of 7 tokens that it has never seen.
std::size_t predicted_insert_answer() { todo("1.0", "The hint stands above."); }

/// [tokens] of those 7 that naive's match_prefix finds directly after that insert.
std::size_t predicted_found_again() { todo("1.0", "The hint stands above."); }

/// A request of 9 tokens runs on pages 3, 4 and 5 of 4 tokens each; all 9 are computed. It finishes, and the desk calls
/// insert_prefix. Which of its pages does the desk give back to the page source, in ascending order, if the manager is
/// naive?
std::vector<PageId> predicted_given_back_naive() { todo("1.0", "The hint stands above."); }

/// The same request, and another manager, which caches whole pages. After the insert its handle is 8 tokens long, and
/// copy_pages(handle) names pages 0 and 4.
std::vector<PageId> predicted_given_back_shared() { todo("1.0", "The hint stands above."); }

}  // namespace radixlab
