#include "07-eviction/policies.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "07-eviction/return_rate.hpp"

namespace radixlab {
namespace {

template <class Policy>
std::shared_ptr<EvictionPolicy> made() {
  return std::make_shared<Policy>();
}

constexpr NamedPolicy kPolicies[] = {
    {"lru", "least recently used", made<LruPolicy>},
    {"lfu", "fewest hits, then least recently used", made<LfuPolicy>},
    {"fifo", "created first", made<FifoPolicy>},
    {"mru", "most recently used", made<MruPolicy>},
    {"filo", "created last", made<FiloPolicy>},
    {"slru", "never hit, then least recently used", made<SlruPolicy>},
    {"size", "most pages", made<SizePolicy>},
    {"product", "largest age x size / (hits + 1)", made<ProductPolicy>},
    {"hybrid", "70 % age, 30 % rarity", made<HybridPolicy>},
    {"priority", "lowest priority that holds", made<PriorityPolicy>},
    {"return-rate", "fewest hits a tick to come, as learned", made<ReturnRatePolicy>},
};

}  // namespace

std::span<const NamedPolicy> eviction_policies() { return kPolicies; }

std::shared_ptr<EvictionPolicy> create_eviction_policy(std::string_view name) {
  const auto found = std::ranges::find(kPolicies, name, &NamedPolicy::name);
  if (found != std::end(kPolicies)) return found->make();
  std::string names;
  for (const NamedPolicy& policy : kPolicies) names += (names.empty() ? "" : ", ") + std::string(policy.name);
  throw std::invalid_argument("unknown policy \"" + std::string(name) + "\", expected one of " + names);
}

}  // namespace radixlab
