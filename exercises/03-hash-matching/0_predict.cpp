#include "03-hash-matching/predict.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::size_t predicted_prefixes() {
  todo("3.0",
       "Draw the texts as boxes, one a prefix or one a page. Which of the boxes are one, and which is reached only "
       "through another? A hash says no more than where to look. Write the numbers before you read on.");
}

std::size_t predicted_steps_of_the_seed() { todo("3.0", "The hint stands above."); }

std::size_t predicted_steps_rolled() { todo("3.0", "The hint stands above."); }

std::size_t predicted_found() { todo("3.0", "The hint stands above."); }

std::size_t predicted_found_by_a_weak_hash() { todo("3.0", "The hint stands above."); }

std::size_t predicted_pages_of_two_tenants() { todo("3.0", "The hint stands above."); }

std::vector<PageId> predicted_victims() { todo("3.0", "The hint stands above."); }

}  // namespace radixlab
