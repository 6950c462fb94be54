// Must not compile: chapter 01 may not see chapter 05.
#include "05-radix-tree/radix_tree.hpp"
