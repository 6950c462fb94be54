/// \file
/// What is asked of each order of nodes.
#pragma once
#include <gtest/gtest.h>

namespace radixlab {

/// Of an empty order: what is not in it is left alone, and what is in it comes in once. Both are in it afterwards.
template <class Order, class Node>
void leave_alone_what_is_not_in(Order& order, Node& a, Node& b) {
  order.update(a);
  order.erase(a);
  EXPECT_TRUE(order.empty());
  order.insert(b);
  order.insert(a);
  order.insert(a);
  EXPECT_EQ(order.size(), 2u);
}

}  // namespace radixlab
