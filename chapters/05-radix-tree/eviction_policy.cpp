// Given: what a policy need not write itself.
#include "05-radix-tree/eviction_policy.hpp"

#include "storage/page_hashes.hpp"

namespace radixlab {

std::span<RadixTreeNode* const> EndedRequest::path() {
  if (!path_) path_ = tree_.path(key);
  return *path_;
}

std::span<const std::uint64_t> EndedRequest::hashes() {
  if (!hashes_) hashes_ = page_hashes(key, page_size);
  return *hashes_;
}

EvictionPolicy::Node& EvictionPolicy::choose(std::span<const LeafEnds> classes, std::uint64_t) {
  std::size_t lowest = 0;
  while (!classes[lowest].first) ++lowest;
  return *classes[lowest].first;
}

}  // namespace radixlab
