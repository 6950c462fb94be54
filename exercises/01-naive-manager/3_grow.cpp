#include <stdexcept>

#include "01-naive-manager/scheduler_cache.hpp"
#include "contract/todo.hpp"

namespace radixlab {

bool CacheManager::grow(Request& r, std::size_t tokens) {
  todo("1.3",
       "How many pages are missing, how many are free, and how many could be evicted? "
       "Ask these three before anything changes.",
       r, tokens);
}

}  // namespace radixlab
