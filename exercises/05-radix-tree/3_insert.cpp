#include "05-radix-tree/radix_tree.hpp"
#include "contract/todo.hpp"

namespace radixlab {

RadixTree::Node& RadixTree::insert(Position at, std::span<const TokenId> tokens, std::span<const PageId> pages) {
  todo("5.3",
       "Memory may run out at any line of this function. At which line "
       "may the tree first look different?",
       at, tokens, pages);
}

}  // namespace radixlab
