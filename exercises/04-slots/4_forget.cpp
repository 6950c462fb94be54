#include <utility>

#include "04-slots/prefix_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

void PrefixCacheManager::forget(std::int32_t slot) {
  todo("4.4",
       "A node's row went. Which two kinds of row can still have the node's "
       "text, and who knows them already?",
       slot);
}

void PrefixCacheManager::relabel(Node& node) { todo("4.4", "The hint stands above.", node); }

}  // namespace radixlab
