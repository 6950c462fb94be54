#include <utility>

#include "07-eviction/policies.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::uint64_t get_eviction_score(const Usage& use, std::uint64_t now) {
  todo("7.3",
       "Two leaves have ages 10 and 4 now. What is the difference of their ages 100 ticks later? And what is the "
       "difference of their products, if one leaf has 8 pages and the other one has 1?",
       use, now);
}

std::uint64_t HybridPolicy::score(const Node& leaf, std::uint64_t) { todo("7.3", "The hint stands above.", leaf); }

std::uint64_t ProductPolicy::score(const Node& leaf, std::uint64_t now) {
  todo("7.3", "The hint stands above.", leaf, now);
}

bool ProductPolicy::scores_changed(std::uint64_t now) { todo("7.3", "The hint stands above.", now); }

}  // namespace radixlab
