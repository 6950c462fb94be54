#pragma once
#include "05-radix-tree/eviction_policy.hpp"

namespace radixlab {

/// Interim: helper h7rate writes this.
class ReturnRatePolicy : public EvictionPolicy {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t) override { return leaf.use.last_used; }
};

}  // namespace radixlab
