#include <stdexcept>
#include <string>
#include <utility>

#include "02-longest-common-prefix/lcp_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

std::vector<PageId> LcpCacheManager::evict(std::size_t num_pages) {
  todo("2.6",
       "An entry goes. Which of its pages become free, and who else has to learn "
       "that its place on the shelf is empty?",
       num_pages);
}

void LcpCacheManager::forget(Entry& entry, std::vector<PageId>& freed) {
  todo("2.6", "The hint stands above.", entry, freed);
}

}  // namespace radixlab
