/// \file
/// A manager whose evictions are counted, and whose look-ups somebody may get ahead of.
#pragma once
#include <functional>

#include "manager_wrapper.hpp"

namespace radixlab {

class CountedManager : public ManagerWrapper {
 public:
  /// `evicted` [tokens] is raised by each eviction. `before_match` may be empty.
  CountedManager(std::unique_ptr<BaseCacheManager> inner, std::size_t& evicted, std::size_t page_size,
                 std::function<void(PrefixKey)> before_match)
      : ManagerWrapper(std::move(inner)),
        evicted_(evicted),
        page_size_(page_size),
        before_match_(std::move(before_match)) {}

  CacheHandle match_prefix(PrefixKey key) override {
    if (before_match_) before_match_(key);
    return ManagerWrapper::match_prefix(key);
  }
  std::vector<PageId> evict(std::size_t num_pages) override {
    std::vector<PageId> freed = ManagerWrapper::evict(num_pages);
    evicted_ += freed.size() * page_size_;
    return freed;
  }

 private:
  std::size_t& evicted_;
  std::size_t page_size_;
  std::function<void(PrefixKey)> before_match_;
};

}  // namespace radixlab
