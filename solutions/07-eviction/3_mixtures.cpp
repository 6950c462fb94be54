#include <utility>

#include "07-eviction/policies.hpp"

namespace radixlab {

std::uint64_t get_eviction_score(const Usage& use, std::uint64_t now) {
  return 7 * (now - use.last_used) + 3 * (1000 / (use.hits + 1));
}

std::uint64_t HybridPolicy::score(const Node& leaf, std::uint64_t) {
  // get_eviction_score is 7 now + 3000 less this, and all leaves have one `now`.
  return 7 * leaf.use.last_used + 3 * (1000 - 1000 / (leaf.use.hits + 1));
}

std::uint64_t ProductPolicy::score(const Node& leaf, std::uint64_t now) {
  const std::uint64_t age = now - leaf.use.last_used;
  return ~(age * leaf.pages.size() * 1024 / (leaf.use.hits + 1));
}

bool ProductPolicy::scores_changed(std::uint64_t now) { return std::exchange(scored_at_, now) != now; }

}  // namespace radixlab
