#include "04-slots/predict.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::size_t predicted_computed_with_rows() {
  todo("4.0",
       "A row belongs to one request from its first place to its last. So what does a request do "
       "with 2,000 tokens that lie in somebody else's row?");
}

std::size_t predicted_copied() { todo("4.0", "The hint stands above."); }

std::size_t predicted_rows() { todo("4.0", "The hint stands above."); }

std::size_t predicted_nodes() { todo("4.0", "The hint stands above."); }

std::size_t predicted_version() { todo("4.0", "The hint stands above."); }

std::size_t predicted_next_slot() { todo("4.0", "The hint stands above."); }

std::size_t predicted_found() { todo("4.0", "The hint stands above."); }

std::size_t predicted_left_over() { todo("4.0", "The hint stands above."); }

}  // namespace radixlab
