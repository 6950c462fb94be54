/// \file
/// The ladder as the conformance suite sees it when it judges the open lab: one row, the tree that is judged.
#pragma once
#include "01-naive-manager/factory.hpp"
#include "05-radix-tree/open.hpp"
#include "storage/free_list.hpp"

namespace radixlab {

inline const std::vector<Stage> kLadder = {
    {"05",
     "open",
     "a prefix tree of your own",
     "computing, memory",
     [](const CacheOptions& o) {
       return ManagedPool{make_open_tree(o.page_size), std::make_unique<FreeList>(o.num_pages)};
     },
     {1, 3, 4, 16}},
};

inline ManagedPool create_cache_manager(std::string_view name, const CacheOptions& options) {
  return create_cache_manager(kLadder, name, options);
}

inline std::vector<const Stage*> built_stages() { return {&kLadder.front()}; }

}  // namespace radixlab
