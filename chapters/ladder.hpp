/// \file
/// The course in one table. Row by row: what is new, and the logits of the row above, bit for bit. It is the factory's
/// registry, README's chapter table and the list of tests (`ladder.05-radix`: radix equals the row above it).
#pragma once
#include <algorithm>
#include <stdexcept>
#include <string>

#include "01-naive-manager/factory.hpp"
#include "02-longest-common-prefix/lcp_cache_manager.hpp"
#include "03-hash-matching/hash_cache_manager.hpp"
#include "04-slots/slot_allocator.hpp"
#include "04-slots/slot_cache_manager.hpp"
#include "05-radix-tree/radix_cache_manager.hpp"
#include "06-page-allocator/paged_cache_manager.hpp"
#include "06-page-allocator/paged_radix_cache.hpp"
#include "07-eviction/policies.hpp"
#include "built_chapters.hpp"
#include "storage/free_list.hpp"
#include "storage/free_runs.hpp"

namespace radixlab {

/// A manager of this type and a free list.
template <class Manager, class... Args>
ManagedPool with_free_list(const CacheOptions& options, const Args&... args) {
  return {std::make_unique<Manager>(args...), std::make_unique<FreeList>(options.num_pages)};
}

/// The same with a source that gives out neighbours, for managers that store them as runs.
template <class Manager, class... Args>
ManagedPool with_free_runs(const CacheOptions& options, const Args&... args) {
  return {std::make_unique<Manager>(args...), std::make_unique<FreeRuns>(options.num_pages)};
}

/// Chapter 06's cache, allocator and desk.
template <class Options>
ManagedPool paged(const CacheOptions& options, const Options& tree) {
  const auto pages = std::make_shared<PageAllocator>(options.num_pages);
  return {std::make_unique<PagedRadixCache>(pages, tree), pages, nullptr,
          [pages](BaseCacheManager& cache, PageSource& source, KvStore& kv, std::size_t page_size) {
            return std::make_unique<PagedCacheManager>(cache, source, kv, page_size, *pages);
          },
          [pages](PageId page) { return std::size_t{pages->slot(page).ref_count}; }};
}

/// A row's `make`, or none where its chapter's bodies are not in this build: its solutions are not released, and the
/// learner's own are not asked for (RADIXLAB_MINE). `make` is a generic lambda: what is never called is never compiled.
template <bool is_built, class Make>
constexpr auto make_if_built(Make make) -> ManagedPool (*)(const CacheOptions&) {
  if constexpr (is_built)
    return make;
  else
    return nullptr;
}

/// The names of chapter 07's policies; none where its bodies are not in this build.
template <bool is_built>
std::vector<const char*> policy_names() {
  std::vector<const char*> names;
  if constexpr (is_built)
    for (const NamedPolicy& policy : eviction_policies()) names.push_back(policy.name);
  return names;
}

inline const std::vector<Stage> kLadder = {
    {"00", "baseline", "recomputes everything", "nothing", nullptr, {}},
    {"01",
     "naive",
     "nothing is looked up",
     "nothing",
     make_if_built<kBuilt01>([](const auto& o) { return with_free_list<NaiveCacheManager>(o); }),
     {1, 3, 4, 16}},
    {"02",
     "lcp",
     "a scan of stored sequences",
     "computing, memory",
     make_if_built<kBuilt02>([](const auto& o) { return with_free_list<LcpCacheManager>(o, o.page_size); }),
     {1, 3, 4, 16}},
    {"03",
     "hash",
     "a table of block hashes",
     "computing, memory by blocks",
     make_if_built<kBuilt03>([](const auto& o) { return with_free_list<HashCacheManager>(o, o.page_size); }),
     {1, 3, 4, 16}},
    {"04",
     "slots",
     "a trie of tokens, copied rows",
     "computing",
     make_if_built<kBuilt04>([](const auto& o) -> ManagedPool {
       return {std::make_unique<SlotCacheManager>(o.num_pages, o.page_size),
               std::make_unique<SlotAllocator>(o.num_pages)};
     }),
     {24, 40},
     true,
     true},
    {"05",
     "radix",
     "a radix tree, shared pages",
     "computing, memory",
     make_if_built<kBuilt05>(
         [](const auto& o) { return with_free_runs<RadixCacheManager>(o, RadixOptions{o.page_size}); }),
     {1, 3, 4, 16}},
    {"06",
     "paged",
     "the tree, inside pages too",
     "computing to the token, memory",
     make_if_built<kBuilt06>([](const auto& o) {
       return paged(o, RadixOptions{o.page_size, true});
     }),
     {1, 3, 4, 16},
     true},
    {"07",
     "policies",
     "the tree, and a choice of victims",
     "what is asked again",
     make_if_built<kBuilt07>([](const auto& o) {
       const auto policy = create_eviction_policy(o.policy.empty() ? "lru" : o.policy);
       return paged(o, RadixOptions{o.page_size, true, policy});
     }),
     {1, 3, 4, 16},
     true,
     false,
     policy_names<kBuilt07>()},
    {"08",
     "engine",
     "the tree, in a batch of requests",
     "computing in one step",
     make_if_built<kBuilt08>([](const auto& o) {
       return paged(o, RadixOptions{o.page_size, true});
     }),
     {1, 3, 4, 16},
     true,
     false,
     {""},
     {"cpu"},
     Runner::batch},
    {"09", "cuda", "the tree, pages on the GPU", "memory traffic", nullptr, {}},
    {"10", "serving", "the tree, behind a server", "time to first token", nullptr, {}},
};

/// "05" where the row called `name` has no manager in this build: its lab is still to be done. Else nullptr;
/// so for row 00, which needs none.
inline const char* lab_to_do(std::string_view name) {
  for (const Stage& stage : kLadder)
    if (stage.name == name && !stage.make && &stage != &kLadder.front()) return stage.chapter;
  return nullptr;
}

/// Throws std::invalid_argument, which names the lab, where lab_to_do() names one.
inline void check_is_built(std::string_view name) {
  if (const char* lab = lab_to_do(name))
    throw std::invalid_argument("manager \"" + std::string(name) + "\" is built in lab " + lab);
}

/// The factory on this table. create_cache_manager with stages is a task itself: the lab that is to be done is named
/// without it.
inline ManagedPool create_cache_manager(std::string_view name, const CacheOptions& options) {
  check_is_built(name);
  for (const Stage& stage : kLadder)
    if (stage.name == name && !options.policy.empty() && std::ranges::count(stage.policies, options.policy) == 0)
      throw std::invalid_argument("manager \"" + std::string(name) + "\" has no policy \"" +
                                  std::string(options.policy) + "\"");
  return create_cache_manager(kLadder, name, options);
}

/// The rows that have a manager of their own in this build. Row 08 has not: it serves chapter 06's tree in another way.
inline std::vector<const Stage*> built_stages() {
  std::vector<const Stage*> built;
  for (const Stage& stage : kLadder)
    if (stage.make && stage.runner == Runner::single) built.push_back(&stage);
  return built;
}

}  // namespace radixlab
