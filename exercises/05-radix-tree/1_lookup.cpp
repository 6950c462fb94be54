#include "05-radix-tree/radix_tree.hpp"
#include "contract/todo.hpp"

namespace radixlab {

RadixTree::Position RadixTree::lookup(std::span<const TokenId> tokens, Position from) {
  todo("5.1",
       "A look-up ends in the middle of an edge. A handle can only name a node. Which node "
       "should the answer name, and does it exist?",
       tokens, from);
}

}  // namespace radixlab
