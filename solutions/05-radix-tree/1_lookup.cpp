#include "05-radix-tree/radix_tree.hpp"

namespace radixlab {

RadixTree::Position RadixTree::lookup(std::span<const TokenId> tokens, Position from) {
  auto [node, len] = from;
  while (Node* const next = find_child(*node, tokens.subspan(len))) {
    const std::size_t same = whole_pages(get_match_len(next->tokens, tokens.subspan(len)));
    len += same;
    if (same < next->tokens.size()) return {&split_edge(*next, same), len};
    node = next;
  }
  return {node, len};
}

}  // namespace radixlab
