#include "my_policy.hpp"

namespace radixlab {

std::uint64_t BonusPolicy::score(const Node& leaf, std::uint64_t) {
  return leaf.use.last_used + (leaf.use.hits > 0 ? 32 : 0);
}

std::shared_ptr<EvictionPolicy> make_open_policy() { return std::make_shared<BonusPolicy>(); }

}  // namespace radixlab
