#include <stdexcept>
#include <string>

#include "02-longest-common-prefix/lcp_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

void LcpCacheManager::lock_handle(const CacheHandle& handle) {
  todo("2.5",
       "Two locked entries name one page, and one of them is unlocked. How do you know that the page "
       "is still held, without looking at all entries?",
       handle);
}

void LcpCacheManager::unlock_handle(const CacheHandle& handle) { todo("2.5", "The hint stands above.", handle); }

}  // namespace radixlab
