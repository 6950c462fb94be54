#include "01-naive-manager/demo_prompts.hpp"
#include "03-hash-matching/hash_cache_manager.hpp"
#include "04-slots/demo_steps.hpp"
#include "04-slots/slot_allocator.hpp"
#include "04-slots/slot_cache_manager.hpp"
#include "storage/free_list.hpp"

namespace radixlab {
namespace {

using Tokens = std::vector<TokenId>;

// The document once more, but for its token 1,999.
void nearly_the_same(DemoPrompts& prompts) {
  prompts.desk.reset();
  prompts.serve(DemoPrompts::document());
  prompts.nearly_the_document("nearly");
}

void four_prompts(Demo& demo) {
  constexpr std::size_t kLongest = 2048, kManyRows = 8;
  HashCacheManager hash(DemoPrompts::kPage);
  FreeList list(DemoPrompts::kPool);
  SlotCacheManager slots(kManyRows, kLongest);
  SlotAllocator rows(kManyRows);
  DemoPrompts by_hash{demo, "hash", hash, list}, by_slots{demo, "slots", slots, rows, kLongest, kManyRows};
  by_hash.one_by_one();
  by_slots.one_by_one();
  demo.figure("predicted_computed_with_rows", by_slots.computed);
  demo.figure("predicted_copied", by_slots.kv.copied_tokens());
  demo.figure("predicted_rows", slots.size_info().total_size());
  demo.figure("predicted_nodes", slots.num_nodes());
  for (DemoPrompts* prompts : {&by_hash, &by_slots}) {
    prompts->at_once();
    nearly_the_same(*prompts);
  }
}

void versions(Demo& demo) {
  SlotAllocator slots(4);
  for (int i = 0; i < 3; ++i) slots.alloc();
  slots.free(1);
  slots.free(0);
  slots.occupy(1);
  demo.figure("predicted_version", slots.version(1));
  demo.figure("predicted_next_slot", slots.alloc());
}

void two_tries(Demo& demo) {
  std::uint32_t version_of_1 = 1;
  PrefixCacheManager taken_anew(100, [&](std::int32_t slot) { return slot == 1 ? version_of_1 : 1; });
  taken_anew.insert(Tokens{1, 2, 3, 4}, 0, 1);
  taken_anew.insert(Tokens{1, 2, 9}, 1, 1);
  ++version_of_1;
  demo.figure("predicted_found", taken_anew.find(Tokens{1, 2, 9, 9}).prefix_len);

  PrefixCacheManager full(4, [](std::int32_t) { return 1u; });
  const Tokens texts[] = {{1, 2, 3}, {1, 5, 6}};
  for (std::int32_t slot : {0, 1}) {
    full.insert(texts[slot], slot, 1);
    full.release(texts[slot]);
  }
  demo.figure("predicted_left_over", full.find(texts[0]).prefix_len);
}

}  // namespace

void keep_numbers(Demo& demo) {
  four_prompts(demo);
  versions(demo);
  two_tries(demo);
}

}  // namespace radixlab
