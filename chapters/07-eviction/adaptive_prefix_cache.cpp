#include "07-eviction/adaptive_prefix_cache.hpp"

#include <stdexcept>
#include <string>

namespace radixlab {

AdaptivePrefixCache::AdaptivePrefixCache(AdaptiveOptions options) : options_(options) {
  if (options.min_prefix_length == 0 || options.min_prefix_length > options.max_prefix_length)
    throw std::invalid_argument("AdaptivePrefixCache: prefixes of " + std::to_string(options.min_prefix_length) +
                                " to " + std::to_string(options.max_prefix_length) +
                                " tokens, expected 1 <= minimum <= maximum");
}

}  // namespace radixlab
