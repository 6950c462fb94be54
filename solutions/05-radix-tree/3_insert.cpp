#include "05-radix-tree/radix_tree.hpp"

namespace radixlab {

RadixTree::Node& RadixTree::insert(Position at, std::span<const TokenId> tokens, std::span<const PageId> pages) {
  at.node->children.make_room(page_size_);
  Run<TokenId> text(tokens, arena_);
  PageRun places(pages, arena_);
  Node& leaf = nodes_.make();  // the last step that can fail
  leaf.cache_salt = at.node->cache_salt;
  leaf.parent = at.node;
  leaf.end = at.len + tokens.size();
  leaf.tokens = std::move(text);
  leaf.pages = std::move(places);
  at.node->children.put(leaf, page_size_);
  return leaf;
}

}  // namespace radixlab
