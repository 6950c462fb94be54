#include "07-eviction/hit_rates.hpp"

namespace radixlab {

InfiniteCache::InfiniteCache(std::size_t page_size) : page_size_(page_size) {
  if (page_size == 0) throw std::invalid_argument("InfiniteCache: pages of 0 tokens, expected 1 or more");
}

}  // namespace radixlab
