#include "01-naive-manager/demo_prompts.hpp"
#include "03-hash-matching/hash_cache_manager.hpp"
#include "04-slots/slot_allocator.hpp"
#include "04-slots/slot_cache_manager.hpp"
#include "05-radix-tree/demo_steps.hpp"
#include "05-radix-tree/radix_cache_manager.hpp"
#include "contract/snapshot.hpp"
#include "storage/free_list.hpp"
#include "storage/free_runs.hpp"
#include "storage/neighbours.hpp"

namespace radixlab {
namespace {

using Tokens = std::vector<TokenId>;
using Pages = std::vector<PageId>;

constexpr std::size_t kPlaces = 10'000;  // of a pool with pages of one token

std::size_t num_nodes(const BaseCacheManager& cache) { return cache.snapshot().nodes.size(); }

Pages numbered(std::size_t n, PageId first = 0) {
  Pages pages(n);
  write_neighbours(first, pages);
  return pages;
}

// The document alone, and then once more, but for its token 1,999; `entries` counts what the manager keeps of it.
template <class Count>
void the_document_again(DemoPrompts& prompts, Count entries) {
  prompts.desk.reset();
  prompts.serve(DemoPrompts::document());
  prompts.demo.figure("again." + prompts.manager + ".entries", entries());
  prompts.nearly_the_document("again");
}

void four_prompts(Demo& demo) {
  constexpr std::size_t kLongest = 2048, kRows = 8;
  HashCacheManager hash(DemoPrompts::kPage), hash_of_ones(1);
  SlotCacheManager slots(kRows, kLongest);
  RadixCacheManager radix({.page_size = DemoPrompts::kPage}), radix_of_ones;
  FreeList list(DemoPrompts::kPool), ones(kPlaces);
  SlotAllocator rows(kRows);
  FreeRuns runs(DemoPrompts::kPool), runs_of_ones(kPlaces);
  DemoPrompts by_hash{demo, "hash", hash, list}, by_hash_of_ones{demo, "hash1", hash_of_ones, ones, 1, kPlaces},
      by_slots{demo, "slots", slots, rows, kLongest, kRows}, by_radix{demo, "radix", radix, runs},
      by_radix_of_ones{demo, "radix1", radix_of_ones, runs_of_ones, 1, kPlaces};
  for (DemoPrompts* prompts : {&by_slots, &by_radix, &by_radix_of_ones}) prompts->one_by_one();
  demo.figure("prompts.slots.nodes", slots.num_nodes());
  demo.figure("prompts.radix.nodes", num_nodes(radix));
  demo.figure("prompts.radix1.nodes", num_nodes(radix_of_ones));
  demo.figure("predicted_places", radix_of_ones.size_info().total_size());
  demo.figure("predicted_nodes_of_the_tree", num_nodes(radix_of_ones));
  for (DemoPrompts* prompts : {&by_slots, &by_radix, &by_radix_of_ones}) prompts->at_once();
  for (DemoPrompts* prompts : {&by_hash, &by_hash_of_ones})
    the_document_again(*prompts, [&] { return prompts->cache.size_info().total_size(); });  // a block a page
  the_document_again(by_slots, [&] { return slots.num_nodes(); });
  for (DemoPrompts* prompts : {&by_radix, &by_radix_of_ones})
    the_document_again(*prompts, [&] { return num_nodes(prompts->cache); });
}

// The two texts of radix_tree.hpp's figure by hand: the sizes after each call of README.md's table.
void by_hand(Demo& demo) {
  RadixCacheManager cache;
  int call = 0;
  const auto note = [&] {
    const SizeInfo sizes = cache.size_info();
    const std::string begin = "hand." + std::to_string(++call);
    demo.figure(begin + ".evictable", sizes.evictable_size);
    demo.figure(begin + ".protected", sizes.protected_size);
  };
  const CacheHandle first = cache.insert_prefix(Tokens{7, 7, 3, 1}, numbered(4), {}).handle;
  note();
  cache.lock_handle(first);
  note();
  const CacheHandle second = cache.insert_prefix(Tokens{7, 7, 9}, numbered(3, 10), {}).handle;
  note();
  cache.lock_handle(second);
  note();
  cache.unlock_handle(first);
  note();
  cache.evict(1);
  note();
}

// Three requests lock the same two texts.
void a_split(Demo& demo) {
  RadixCacheManager cache;
  const CacheHandle first = cache.insert_prefix(Tokens{7, 7, 3, 1}, numbered(4), {}).handle;
  for (int request = 0; request < 2; ++request) cache.lock_handle(first);
  const Pages brought = numbered(3, 10);
  const CacheHandle second = cache.insert_prefix(Tokens{7, 7, 9}, brought, {}).handle;
  Pages named(brought.size()), own;
  cache.copy_pages(second, named);
  for (std::size_t i = 0; i < brought.size(); ++i)
    if (named[i] != brought[i]) own.push_back(brought[i]);
  demo.figure("predicted_own_copies", own);
  cache.lock_handle(second);
  demo.figure("predicted_locks", cache.snapshot().nodes.front().use.ref_count);
  for (int request = 0; request < 2; ++request) cache.unlock_handle(first);
  demo.figure("predicted_protected_then", cache.size_info().protected_size);
}

void a_look_up_that_cuts(Demo& demo) {
  RadixCacheManager cache({.page_size = 4});
  cache.insert_prefix(Tokens{7, 7, 3, 1, 9, 9, 4, 2}, numbered(2), {});
  demo.figure("predicted_found_whole", cache.match_prefix(Tokens{7, 7, 3, 1, 9, 9, 4, 5}).cached_len);
  demo.figure("predicted_nodes_after_a_look_up", num_nodes(cache));
}

void victims(Demo& demo) {
  RadixCacheManager cache;
  cache.insert_prefix(Tokens{7, 7, 3, 1}, numbered(4), {});
  cache.insert_prefix(Tokens{5, 5}, numbered(2, 10), {});
  cache.match_prefix(Tokens{7, 7});
  demo.figure("predicted_victims_of_one", cache.evict(1));
}

}  // namespace

void keep_numbers(Demo& demo) {
  four_prompts(demo);
  by_hand(demo);
  a_split(demo);
  a_look_up_that_cuts(demo);
  victims(demo);
}

}  // namespace radixlab
