#include "04-slots/prefix_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

void PrefixCacheManager::evict_if_needed() {
  todo("4.5", "An inner node goes, and its children stay in the list. Who will ever find them again?");
}

}  // namespace radixlab
