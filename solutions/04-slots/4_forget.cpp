#include <utility>

#include "04-slots/prefix_cache_manager.hpp"

namespace radixlab {

void PrefixCacheManager::forget(std::int32_t slot) {
  Node* node = std::exchange(rows_[static_cast<std::size_t>(slot)].end, nullptr);
  if (!node) return;
  --node->ends;
  while (!node->is_root()) {  // from below, so that a child is right when its parent asks
    Node& here = *std::exchange(node, node->parent);
    if (here.slot != slot) continue;
    relabel(here);
    remove_if_dead(here);
  }
}

// Whoever holds a child's text holds this node's too, and so does a slot whose text ends here.
void PrefixCacheManager::relabel(Node& node) {
  node.slot = -1;
  for (const auto& [token, child] : node.children)
    if (child->slot >= 0) {
      node.slot = child->slot;
      return;
    }
  for (std::size_t slot = 0; node.ends > 0 && slot < rows_.size(); ++slot)
    if (rows_[slot].end == &node) {
      node.slot = static_cast<std::int32_t>(slot);
      return;
    }
}

}  // namespace radixlab
