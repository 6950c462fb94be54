#include "07-eviction/hit_rates.hpp"
#include "storage/page_hashes.hpp"

namespace radixlab {

void HitRates::add(std::size_t prompt, std::size_t cached, std::size_t page_size) {
  ++requests;
  requests_hit += cached > 0;
  prompt_tokens += prompt;
  cached_tokens += cached;
  blocks += prompt / page_size;
  blocks_hit += cached / page_size;
}

std::size_t InfiniteCache::request(PrefixKey key) {
  std::size_t found = 0;
  bool all = true;
  for (const std::uint64_t page : page_hashes(key, page_size_)) {
    const bool is_new = pages_.insert(page).second;
    all = all && !is_new;
    found += all;
  }
  return found * page_size_;
}

}  // namespace radixlab
