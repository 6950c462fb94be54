/// \file
/// For chapter 07's suite: a policy that counts how often its leaves are scored.
#pragma once
#include "07-eviction/policies.hpp"

namespace radixlab {

template <class Policy>
class Counting : public Policy {
 public:
  std::uint64_t score(const RadixTreeNode& leaf, std::uint64_t now) override {
    ++scored;
    return Policy::score(leaf, now);
  }
  std::size_t scored = 0;
};

}  // namespace radixlab
