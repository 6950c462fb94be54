#include "05-radix-tree/radix_tree.hpp"

namespace radixlab {

RadixTree::Position RadixTree::lookup(std::span<const TokenId> tokens, Position from) {
  auto [node, len] = from;
  while (Node* const next = find_child(*node, tokens.subspan(len))) {
    const std::size_t same = get_match_len(next->tokens, tokens.subspan(len));
    if (same < next->tokens.size()) {
      Node& upper = split_edge(*next, whole_pages(same));
      return {&upper, upper.end};
    }
    len += same;
    node = next;
  }
  return {node, len};
}

}  // namespace radixlab
