#include <algorithm>

#include "02-longest-common-prefix/lcp_cache_manager.hpp"
#include "contract/arguments.hpp"
#include "contract/todo.hpp"

namespace radixlab {

InsertResult LcpCacheManager::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  todo("2.4",
       "Of the pages that the caller brings, which ones does the new entry name, "
       "and which does it name in their stead?",
       key, pages, from);
}

LcpCacheManager::Entry& LcpCacheManager::store(PrefixKey key, std::span<const PageId> pages, const Found& known) {
  todo("2.4", "The hint stands above.", key, pages, known);
}

}  // namespace radixlab
