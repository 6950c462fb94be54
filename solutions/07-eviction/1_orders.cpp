#include <algorithm>

#include "07-eviction/policies.hpp"

namespace radixlab {

std::uint64_t LruPolicy::score(const Node& leaf, std::uint64_t) { return leaf.use.last_used; }

std::uint64_t MruPolicy::score(const Node& leaf, std::uint64_t) { return ~leaf.use.last_used; }

std::uint64_t FifoPolicy::score(const Node& leaf, std::uint64_t) { return leaf.use.created; }

std::uint64_t FiloPolicy::score(const Node& leaf, std::uint64_t) { return ~leaf.use.created; }

std::uint64_t LfuPolicy::score(const Node& leaf, std::uint64_t) {
  constexpr std::uint64_t kMostHits = (1u << 24) - 1, kLastTick = (std::uint64_t{1} << 40) - 1;
  return std::min(leaf.use.hits, kMostHits) << 40 | std::min(leaf.use.last_used, kLastTick);
}

std::uint64_t SizePolicy::score(const Node& leaf, std::uint64_t) { return ~std::uint64_t{leaf.pages.size()}; }

}  // namespace radixlab
