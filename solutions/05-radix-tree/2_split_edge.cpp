#include "05-radix-tree/radix_tree.hpp"

namespace radixlab {

RadixTree::Node& RadixTree::split_edge(Node& lower, std::size_t at) {
  Node& upper = nodes_.make();
  upper.cache_salt = lower.cache_salt;
  upper.parent = lower.parent;
  upper.end = lower.end - lower.tokens.size() + at;
  upper.tokens = lower.tokens.first(at);
  upper.pages = lower.pages.first(at / page_size_);
  upper.use = lower.use;                          // whoever holds the lower half passes through here (I13)
  upper.parent->children.put(upper, page_size_);  // both begin with the same page: it takes the lower one's place

  lower.parent = &upper;
  lower.tokens = lower.tokens.subspan(at);
  lower.pages = lower.pages.subspan(at / page_size_);
  upper.children.put(lower, page_size_);
  return upper;
}

}  // namespace radixlab
