/// \file
/// The course in one table. Row by row: what is new, and the logits of the row above, bit for bit. It is the factory's
/// registry, README's chapter table and the list of tests (`ladder.05-radix`: radix equals the row above it).
#pragma once
#include "01-naive-manager/factory.hpp"
#include "05-radix-tree/radix_cache_manager.hpp"
#include "storage/free_list.hpp"

namespace radixlab {

/// A manager of this type and a free list.
template <class Manager, class... Args>
Made with_free_list(const CacheOptions& options, const Args&... args) {
  return {std::make_unique<Manager>(args...), std::make_unique<FreeList>(options.num_pages)};
}

inline const std::vector<Stage> kLadder = {
    {"00", "baseline", "recomputes everything", "nothing", nullptr, {}},
    {"01",
     "naive",
     "nothing is looked up",
     "nothing",
     [](const CacheOptions& o) { return with_free_list<NaiveCacheManager>(o); },
     {1, 3, 4, 16}},
    {"02", "lcp", "a scan of stored sequences", "computing", nullptr, {}},
    {"03", "hash", "a table of block hashes", "computing, memory by blocks", nullptr, {}},
    {"04", "slots", "a trie of tokens, copied rows", "computing", nullptr, {}},
    {"05",
     "radix",
     "a radix tree, shared pages",
     "computing, memory",
     [](const CacheOptions& o) { return with_free_list<RadixCacheManager>(o, RadixOptions{o.page_size}); },
     {1, 3, 4, 16}},
    {"06", "paged", "the tree, partly filled pages too", "computing, memory to the token", nullptr, {}},
    {"07", "policies", "the tree, and a choice of victims", "what is asked again", nullptr, {}},
    {"08", "engine", "the tree, in a batch of requests", "computing in one step", nullptr, {}},
    {"09", "cuda", "the tree, pages on the GPU", "memory traffic", nullptr, {}},
    {"10", "serving", "the tree, behind a server", "time to first token", nullptr, {}},
};

}  // namespace radixlab
