#include "12-toy/toy_cache_manager.hpp"

namespace radixlab {

CacheHandle ToyCacheManager::match_prefix(PrefixKey key) {
  ++look_ups_;
  return NaiveCacheManager::match_prefix(key);
}

}  // namespace radixlab
