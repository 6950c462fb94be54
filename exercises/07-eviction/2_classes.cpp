#include <algorithm>

#include "07-eviction/policies.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::uint32_t SlruPolicy::class_of(const Node& leaf, std::uint64_t) {
  todo("7.2",
       "A leaf that was never hit waits in class 0, and one that was hit in class 1. Who goes first, if `choose` "
       "takes the lowest class that has a leaf? And who tells the tree that a priority has expired, if nobody used "
       "that leaf?",
       leaf);
}

std::uint64_t SlruPolicy::score(const Node& leaf, std::uint64_t) { todo("7.2", "The hint stands above.", leaf); }

std::uint64_t PriorityPolicy::score(const Node& leaf, std::uint64_t now) {
  todo("7.2", "The hint stands above.", leaf, now);
}

bool PriorityPolicy::scores_changed(std::uint64_t now) { todo("7.2", "The hint stands above.", now); }

}  // namespace radixlab
