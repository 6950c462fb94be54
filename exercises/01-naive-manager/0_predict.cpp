#include "01-naive-manager/predict.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::size_t predicted_computed() {
  todo("1.0",
       "What does the second request still have of the first one's work, if nothing was "
       "kept? Write the numbers before you read on.");
}

std::size_t predicted_pages() { todo("1.0", "The hint stands above."); }

std::size_t predicted_looked_up() { todo("1.0", "The hint stands above."); }

std::size_t predicted_kv_bytes() { todo("1.0", "The hint stands above."); }

std::size_t predicted_insert_answer() { todo("1.0", "The hint stands above."); }

std::size_t predicted_found_again() { todo("1.0", "The hint stands above."); }

std::vector<PageId> predicted_given_back_naive() { todo("1.0", "The hint stands above."); }

std::vector<PageId> predicted_given_back_shared() { todo("1.0", "The hint stands above."); }

}  // namespace radixlab
