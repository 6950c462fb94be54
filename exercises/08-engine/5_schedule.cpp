#include <algorithm>

#include "08-engine/router.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::vector<Scheduled> Router::schedule() {
  todo("8.5",
       "The pool is full, and the request that came first needs a page. Whom do you send back so that somebody always "
       "comes to an end? And what would happen to the pages that this frees if a new request started in the same "
       "step?");
}

EngineRequest* Router::next_waiting() { todo("8.5", "The hint stands above."); }

}  // namespace radixlab
