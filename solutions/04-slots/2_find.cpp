#include <stdexcept>
#include <string>

#include "04-slots/prefix_cache_manager.hpp"

namespace radixlab {

PrefixHit PrefixCacheManager::find(PrefixKey key) {
  PrefixHit best;
  Node* node = root(key.cache_salt);
  if (!node) return best;  // a look-up creates nothing
  for (const TokenId token : key.tokens) {
    Node* next = child(*node, token);
    while (next && is_stale(next->slot)) {  // that row holds another text by now (S13): who else has this one?
      forget(next->slot);
      next = child(*node, token);  // it goes with its last row
    }
    if (!next || next->slot < 0) break;
    node = next;
    ++best.prefix_len;
  }
  if (best.prefix_len == 0) return best;
  best.slot = node->slot;
  best.slot_ver = version_of_(node->slot);
  touch(*node);
  return best;
}

void PrefixCacheManager::copy_kv(PrefixKey key, std::int32_t target_slot, KvStore& kv) {
  node_at(key);
  const PrefixHit source = find(key);
  if (source.prefix_len < key.tokens.size())
    throw std::logic_error("I28: the slot that held these " + std::to_string(key.tokens.size()) +
                           " tokens was taken anew since");
  if (source.slot == target_slot)
    throw std::invalid_argument("copy_kv: slot " + std::to_string(target_slot) + " holds this text itself");
  kv.copy_kv(static_cast<PageId>(source.slot), static_cast<PageId>(target_slot), key.tokens.size());
}

PrefixCacheManager::Node& PrefixCacheManager::node_at(PrefixKey key) {
  Node* node = root(key.cache_salt);
  for (std::size_t i = 0; node && i < key.tokens.size(); ++i) node = child(*node, key.tokens[i]);
  if (!node || node->is_root())
    throw std::logic_error("S13: a text of " + std::to_string(key.tokens.size()) + " tokens is not in the trie");
  return *node;
}

}  // namespace radixlab
