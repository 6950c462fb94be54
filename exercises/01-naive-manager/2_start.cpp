#include <stdexcept>

#include "01-naive-manager/scheduler_cache.hpp"
#include "contract/todo.hpp"

namespace radixlab {

bool CacheManager::start(Request& r) {
  todo("1.2", "Write down what is held after each line. What must be undone if there turns out to be no room?", r);
}

bool CacheManager::begin(Request& r, const CacheHandle& hit) {
  todo("1.2", "Write down what is held after each line. What must be undone if there turns out to be no room?", r, hit);
}

}  // namespace radixlab
