#include "manager.hpp"

#include "contract/todo.hpp"

namespace radixlab {

std::unique_ptr<CountingCacheManager> make_open_manager(std::size_t page_size) {
  todo("1.x", "Which pages may go when a text is given up, if a younger one begins with the same tokens?", page_size);
}

}  // namespace radixlab
