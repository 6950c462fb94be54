#include <algorithm>

#include "07-eviction/policies.hpp"

namespace radixlab {

std::uint32_t SlruPolicy::class_of(const Node& leaf, std::uint64_t) { return leaf.use.hits == 0 ? 0 : 1; }

std::uint64_t SlruPolicy::score(const Node& leaf, std::uint64_t) { return leaf.use.last_used; }

std::uint64_t PriorityPolicy::score(const Node& leaf, std::uint64_t now) {
  constexpr std::int32_t kMost = (1 << 15) - 1;
  const bool holds = now < leaf.use.expires;
  if (holds) next_expiry_ = std::min(next_expiry_, leaf.use.expires);
  const std::int32_t priority = holds ? std::clamp(leaf.use.priority, -kMost, kMost) : 0;
  return static_cast<std::uint64_t>(priority + kMost) << 48 | leaf.use.last_used;
}

bool PriorityPolicy::scores_changed(std::uint64_t now) {
  if (now < next_expiry_) return false;
  next_expiry_ = kNever;  // the scores that are asked for now say the next one
  return true;
}

}  // namespace radixlab
