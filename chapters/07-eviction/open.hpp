/// \file
/// Chapter 07, open lab: an eviction policy of your own. All that is prescribed is chapter 05's EvictionPolicy with its rules, I26
/// and I27. Header and body are yours, in exercises/07-eviction/open/.
#pragma once
#include <memory>

#include "05-radix-tree/eviction_policy.hpp"

namespace radixlab {

/// Yours to write: a new policy with each call, which knows nothing yet.
std::shared_ptr<EvictionPolicy> make_open_policy();

}  // namespace radixlab
