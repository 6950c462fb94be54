/// \file
/// Rows that no chapter has yet: the tree under policies (chapter 07).
#pragma once
#include "policies.hpp"
#include "row_kinds.hpp"

namespace radixlab {

/// Chapter 05's manager under a policy.
template <class Policy, EvictionUnit unit>
ManagedPool made_with(const CacheOptions& o) {
  return with_free_list<RadixCacheManager>(
      o, RadixOptions{.page_size = o.page_size, .policy = std::make_shared<Policy>(), .unit = unit});
}

inline const std::vector<Stage> kVariants = {
    {"07", "frequent_tail", "the tree", "computing, memory", made_with<policies::Frequent, EvictionUnit::tail>, {4}},
    {"07", "classes", "the tree", "computing, memory", made_with<policies::ByClass, EvictionUnit::leaf>, {3}},
    {"07", "remembers_tail", "the tree", "computing, memory", made_with<policies::Remembers, EvictionUnit::tail>, {1}},
};

/// Those of this kind, each at its page sizes.
inline std::vector<Cell> variants(Kind kind) {
  std::vector<Cell> some;
  for (const Stage& row : kVariants)
    for (const std::size_t P : row.page_sizes)
      if (kind_of(row) == kind) some.push_back({&row, P});
  return some;
}

}  // namespace radixlab
