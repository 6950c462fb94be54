#include "04-slots/prefix_cache_manager.hpp"

namespace radixlab {

// Parents stand behind their children, so one pass is enough: a node whose last child goes comes later.
void PrefixCacheManager::evict_if_needed() {
  for (auto at = order_.begin(); at != order_.end() && num_nodes() > max_capacity_;) {
    Node& node = **at++;
    if (node.ref_count == 0 && node.is_leaf()) remove(node);  // an inner node would leave orphans (I26)
  }
}

}  // namespace radixlab
