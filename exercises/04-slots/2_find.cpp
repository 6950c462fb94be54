#include <stdexcept>
#include <string>

#include "04-slots/prefix_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

PrefixHit PrefixCacheManager::find(PrefixKey key) {
  todo("4.2",
       "The node says slot 2. How do you know that slot 2 still holds what it held when the node was "
       "labelled, and who may have the text if it does not?",
       key);
}

void PrefixCacheManager::copy_kv(PrefixKey key, std::int32_t target_slot, KvStore& kv) {
  todo("4.2", "The hint stands above.", key, target_slot, kv);
}

PrefixCacheManager::Node& PrefixCacheManager::node_at(PrefixKey key) { todo("4.2", "The hint stands above.", key); }

}  // namespace radixlab
