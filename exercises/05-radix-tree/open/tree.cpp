#include "tree.hpp"

#include "contract/todo.hpp"

namespace radixlab {

std::unique_ptr<BaseCacheManager> make_open_tree(std::size_t page_size) {
  todo("5.x", "What does a node hold, if a handle on it must still be good when another text has parted there?",
       page_size);
}

}  // namespace radixlab
