// Given: what the tree needs besides its three tasks.
#include "05-radix-tree/radix_tree.hpp"

#include <stdexcept>
#include <string>

namespace radixlab {

RadixTree::RadixTree(std::size_t page_size, bool partial_hits) : page_size_(page_size), partial_hits_(partial_hits) {
  if (page_size == 0) throw std::invalid_argument("RadixTree: page_size is 0, expected at least 1 token");
}

RadixTree::Position RadixTree::root(std::uint32_t cache_salt) {
  if (Node* const known = find_root(cache_salt)) return {known, 0};
  nodes_.make_room();  // so that make() cannot fail when the salt is in the table
  Node*& made = roots_[cache_salt];
  made = &nodes_.make();
  made->cache_salt = cache_salt;
  return {made, 0};
}

RadixTree::Node* RadixTree::find_root(std::uint32_t cache_salt) const {
  const auto it = roots_.find(cache_salt);
  return it == roots_.end() ? nullptr : it->second;
}

RadixTree::Node* RadixTree::find_child(const Node& node, std::span<const TokenId> tokens) const {
  return tokens.size() < page_size_ ? nullptr : node.children.find(tokens.first(page_size_));
}

std::vector<RadixTree::Node*> RadixTree::path(PrefixKey key) const {
  std::vector<Node*> nodes;
  const Node* above = find_root(key.cache_salt);
  for (auto rest = key.tokens; above; above = nodes.back()) {
    Node* const next = find_child(*above, rest);
    if (!next || get_match_len(next->tokens, rest) < next->tokens.size()) break;
    nodes.push_back(next);
    rest = rest.subspan(next->tokens.size());
  }
  return nodes;
}

RadixTree::Node& RadixTree::node(const CacheHandle& handle) const {
  Node& node = nodes_.at(handle.node, handle.generation);
  if (node.end == handle.cached_len && !node.is_root()) return node;  // nearly always
  const std::size_t whole_end = (handle.cached_len + page_size_ - 1) / page_size_ * page_size_;
  const bool cut = handle.cached_len % page_size_ == 0 || (partial_hits_ && node.pages.size() == 1);
  if (node.is_root() || node.end != whole_end || !cut)
    throw std::logic_error("I28: the handle names " + std::to_string(handle.cached_len) + " tokens, but node " +
                           std::to_string(handle.node) + " ends at " + std::to_string(node.end));
  return node;
}

void RadixTree::remove_leaf(Node& leaf) {
  if (!leaf.is_leaf() || leaf.is_root())
    throw std::logic_error("I26: node " + std::to_string(leaf.id) + " is no leaf, and only leaves go");
  Node& parent = *leaf.parent;
  parent.children.erase(leaf, page_size_);
  nodes_.drop(leaf);
  if (!parent.is_leaf()) return;
  if (parent.is_root()) {
    roots_.erase(parent.cache_salt);
    nodes_.drop(parent);
  } else {
    parent.tokens.shrink_to_fit();  // it may be all that is left of a long text
    parent.pages.shrink_to_fit();
  }
}

}  // namespace radixlab
