/// \file
/// The ladder as the conformance suite sees it when it judges the open lab: one row, chapter 06's tree under the policy that is
/// judged.
#pragma once
#include "01-naive-manager/factory.hpp"
#include "06-page-allocator/paged_cache_manager.hpp"
#include "06-page-allocator/paged_radix_cache.hpp"
#include "07-eviction/open.hpp"

namespace radixlab {

inline const std::vector<Stage> kLadder = {
    {"07",
     "open",
     "the tree, and a policy of your own",
     "what is asked again",
     [](const CacheOptions& o) -> ManagedPool {
       const auto pages = std::make_shared<PageAllocator>(o.num_pages);
       return {std::make_unique<PagedRadixCache>(pages, RadixOptions{o.page_size, false, make_open_policy()}), pages,
               nullptr,
               [pages](BaseCacheManager& cache, PageSource& source, KvStore& kv, std::size_t page_size) {
                 return std::make_unique<PagedCacheManager>(cache, source, kv, page_size, *pages);
               },
               [pages](PageId page) { return std::size_t{pages->slot(page).ref_count}; }};
     },
     {1, 3, 4, 16}},
};

inline ManagedPool create_cache_manager(std::string_view name, const CacheOptions& options) {
  return create_cache_manager(kLadder, name, options);
}

inline std::vector<const Stage*> built_stages() { return {&kLadder.front()}; }

}  // namespace radixlab
