#include <stdexcept>
#include <string>

#include "04-slots/prefix_cache_manager.hpp"

namespace radixlab {

void PrefixCacheManager::insert(PrefixKey key, std::int32_t slot, std::uint32_t slot_ver) {
  if (key.tokens.empty()) throw std::invalid_argument("insert: a text without tokens has no node");
  if (version_of_(slot) != slot_ver)
    throw std::logic_error("I28: slot " + std::to_string(slot) + " has version " + std::to_string(version_of_(slot)) +
                           " by now, not " + std::to_string(slot_ver));
  make_row(slot);
  Node& end = make_path(key);
  ++end.ref_count;  // from here on nothing fails, and the path stays
  forget(slot);
  for (Node* n = &end; !n->is_root(); n = n->parent) n->slot = slot;
  rows_[static_cast<std::size_t>(slot)] = {&end, slot_ver};
  ++end.ends;
  touch(end);
  evict_if_needed();
}

void PrefixCacheManager::pin(PrefixKey key) { ++node_at(key).ref_count; }

void PrefixCacheManager::release(PrefixKey key) {
  Node& node = node_at(key);
  if (node.ref_count == 0)
    throw std::logic_error("I18: a text of " + std::to_string(key.tokens.size()) +
                           " tokens is released, but not pinned");
  --node.ref_count;
  remove_if_dead(node);
  evict_if_needed();
}

}  // namespace radixlab
