#include <utility>

#include "01-naive-manager/scheduler_cache.hpp"
#include "contract/todo.hpp"

namespace radixlab {

void CacheManager::publish(Request& r, bool finished) {
  todo("1.4",
       "After the insert there may be two pages with the same tokens' KV, yours and "
       "another's. Who says which of them you go on with?",
       r, finished);
}

}  // namespace radixlab
