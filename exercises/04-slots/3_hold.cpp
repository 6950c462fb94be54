#include <stdexcept>
#include <string>

#include "04-slots/prefix_cache_manager.hpp"
#include "contract/todo.hpp"

namespace radixlab {

void PrefixCacheManager::insert(PrefixKey key, std::int32_t slot, std::uint32_t slot_ver) {
  todo("4.3",
       "A row is used again under the same version, with another text from its third token on. Which nodes still say "
       "that this row has their text, and who could tell them?",
       key, slot, slot_ver);
}

void PrefixCacheManager::pin(PrefixKey key) { todo("4.3", "The hint stands above.", key); }

void PrefixCacheManager::release(PrefixKey key) { todo("4.3", "The hint stands above.", key); }

}  // namespace radixlab
