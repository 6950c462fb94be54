#include <stdexcept>
#include <utility>

#include "06-page-allocator/paged_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::optional<Request> PagedCacheManager::fork(Request& r) {
  todo("6.6",
       "Two requests share a page of which ten places are filled. The first one writes the eleventh. What "
       "does the second one read when it has written its own?",
       r);
}

bool PagedCacheManager::make_writable(Request& r) { todo("6.6", "The hint stands above.", r); }

}  // namespace radixlab
