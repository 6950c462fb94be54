// Given: the trie's parts that are not a task.
#include "04-slots/prefix_cache_manager.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace radixlab {

PrefixCacheManager::PrefixCacheManager(std::size_t max_capacity, std::function<std::uint32_t(std::int32_t)> version_of)
    : max_capacity_(max_capacity), version_of_(std::move(version_of)) {}

bool PrefixCacheManager::is_stale(std::int32_t slot) const {
  return slot >= 0 && rows_[static_cast<std::size_t>(slot)].version != version_of_(slot);
}

PrefixCacheManager::Node* PrefixCacheManager::child(const Node& node, TokenId token) const {
  const auto found = node.children.find(token);
  return found == node.children.end() ? nullptr : found->second;
}

PrefixCacheManager::Node* PrefixCacheManager::root(std::uint32_t cache_salt) const {
  const auto found = roots_.find(cache_salt);
  return found == roots_.end() ? nullptr : found->second;
}

PrefixCacheManager::Node& PrefixCacheManager::make_path(PrefixKey key) {
  Node* node = &make_root(key.cache_salt);
  try {
    for (const TokenId token : key.tokens) {
      if (Node* const known = child(*node, token)) {
        node = known;
        continue;
      }
      nodes_.make_room();
      const auto at = node->children.try_emplace(token).first;
      try {
        order_.push_front(nullptr);
      } catch (...) {
        node->children.erase(at);
        throw;
      }
      Node& fresh = nodes_.make();
      fresh.token = token;
      fresh.parent = node;
      fresh.place = order_.begin();
      node = at->second = *fresh.place = &fresh;
    }
  } catch (...) {
    remove_if_dead(*node);
    throw;
  }
  return *node;
}

PrefixCacheManager::Node& PrefixCacheManager::make_root(std::uint32_t cache_salt) {
  if (Node* const known = root(cache_salt)) return *known;
  if (roots_.size() >= enough_roots_) drop_empty_roots();
  nodes_.make_room();
  Node*& made = roots_[cache_salt];
  made = &nodes_.make();
  return *made;
}

// Not at once where the last text goes: whoever walks up from it still stands on the root. All in all O(1) a new root.
void PrefixCacheManager::drop_empty_roots() {
  for (auto at = roots_.begin(); at != roots_.end();) {
    const bool empty = at->second->is_leaf();
    if (empty) nodes_.drop(*at->second);
    at = empty ? roots_.erase(at) : std::next(at);
  }
  constexpr std::size_t kFew = 16;
  enough_roots_ = 2 * roots_.size() + kFew;
}

void PrefixCacheManager::clear() noexcept {
  for (Node* const node : order_) nodes_.drop(*node);
  for (const auto& [salt, root] : roots_) nodes_.drop(*root);
  order_.clear();
  roots_.clear();
  rows_.clear();
}

void PrefixCacheManager::make_row(std::int32_t slot) {
  const auto at = static_cast<std::size_t>(slot);
  if (at >= rows_.size()) rows_.resize(at + 1);
}

void PrefixCacheManager::touch(Node& node) {
  for (Node* n = &node; !n->is_root(); n = n->parent) order_.splice(order_.end(), order_, n->place);
}

void PrefixCacheManager::remove_if_dead(Node& node) {
  Node* n = &node;
  while (!n->is_root() && n->is_leaf() && n->slot < 0 && n->ref_count == 0) remove(*std::exchange(n, n->parent));
}

void PrefixCacheManager::remove(Node& leaf) {
  for (Row& row : rows_) {
    if (leaf.ends == 0) break;
    if (row.end != &leaf) continue;
    row.end = leaf.parent->is_root() ? nullptr : leaf.parent;
    leaf.parent->ends += !leaf.parent->is_root();
    --leaf.ends;
  }
  leaf.parent->children.erase(leaf.token);
  order_.erase(leaf.place);
  nodes_.drop(leaf);
}

std::vector<TokenId> PrefixCacheManager::text_of(std::int32_t slot) const {
  std::vector<TokenId> text;
  if (slot < 0 || static_cast<std::size_t>(slot) >= rows_.size()) return text;
  const Node* node = rows_[static_cast<std::size_t>(slot)].end;
  for (; node && !node->is_root(); node = node->parent) text.push_back(node->token);
  std::ranges::reverse(text);
  return text;
}

}  // namespace radixlab
