#include <algorithm>

#include "08-engine/router.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::size_t Router::match_prefix(const EngineRequest& r) {
  todo("8.1",
       "A request was preempted after 32 tokens, and now finds 36. How many of these are news? And if it finds "
       "none, how many of the 40 that it computes are news?",
       r);
}

bool Router::admit(EngineRequest& r) { todo("8.1", "The hint stands above.", r); }

void Router::insert_prefix(EngineRequest& r, std::size_t num_tokens) {
  todo("8.1", "The hint stands above.", r, num_tokens);
}

void Router::release(EngineRequest& r) { todo("8.1", "The hint stands above.", r); }

void Router::preempt(EngineRequest& r) { todo("8.1", "The hint stands above.", r); }

}  // namespace radixlab
