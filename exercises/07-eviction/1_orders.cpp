#include <algorithm>

#include "07-eviction/policies.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::uint64_t LruPolicy::score(const Node& leaf, std::uint64_t) {
  todo("7.1",
       "The leaf with the smallest score goes first. What must you do to a number so that the largest one becomes the "
       "smallest? And if two numbers share one score, what may happen to the upper one where the lower one is at its "
       "largest?",
       leaf);
}

std::uint64_t MruPolicy::score(const Node& leaf, std::uint64_t) { todo("7.1", "The hint stands above.", leaf); }

std::uint64_t FifoPolicy::score(const Node& leaf, std::uint64_t) { todo("7.1", "The hint stands above.", leaf); }

std::uint64_t FiloPolicy::score(const Node& leaf, std::uint64_t) { todo("7.1", "The hint stands above.", leaf); }

std::uint64_t LfuPolicy::score(const Node& leaf, std::uint64_t) { todo("7.1", "The hint stands above.", leaf); }

std::uint64_t SizePolicy::score(const Node& leaf, std::uint64_t) { todo("7.1", "The hint stands above.", leaf); }

}  // namespace radixlab
