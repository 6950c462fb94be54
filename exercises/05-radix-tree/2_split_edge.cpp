#include "05-radix-tree/radix_tree.hpp"
#include "contract/todo.hpp"

namespace radixlab {

RadixTree::Node& RadixTree::split_edge(Node& lower, std::size_t at) {
  todo("5.2",
       "Two requests have locked this node, and a handle in the hands of each names it. After the cut there are two "
       "nodes. Which of them do the handles name, and what does each node have to count?",
       lower, at);
}

}  // namespace radixlab
