// The run that knows the answers of task 4.0. On our solution it must say what predict_truth.hpp says.
#include <gtest/gtest.h>
#include <numeric>

#include "01-naive-manager/scheduler_cache.hpp"
#include "04-slots/slot_allocator.hpp"
#include "04-slots/slot_cache_manager.hpp"
#include "predict_truth.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

Text question(TokenId number) {
  Text prompt(2030);
  std::iota(prompt.begin(), prompt.end(), 0);
  for (auto own = prompt.begin() + 2000; own != prompt.end(); ++own) *own += 10000 * number;
  return prompt;
}

TEST(Lab04PredictRun, FourPrompts) {
  constexpr std::size_t kRows = 8, kMaxLen = 2048;
  SlotCacheManager slots(kRows, kMaxLen);
  SlotAllocator source(kRows);
  FakeKv kv(kRows, kMaxLen);
  CacheManager desk(slots, source, kv, kMaxLen);
  std::size_t computed = 0;
  for (TokenId i = 1; i <= 4; ++i) {
    Request r{.tokens = question(i)};
    ASSERT_TRUE(desk.start(r));
    computed += r.tokens.size() - r.computed;
    kv.write(r.tokens, r.pages, r.computed);
    r.computed = r.tokens.size();
    kv.check(r.tokens, r.pages);
    desk.finish(r);
  }
  EXPECT_EQ(computed, truth::kComputed);
  EXPECT_EQ(kv.copied_tokens(), truth::kCopied);
  EXPECT_EQ(slots.size_info().total_size(), truth::kRows);
  EXPECT_EQ(slots.num_nodes(), truth::kNodes);
}

TEST(Lab04PredictRun, Slots) {
  SlotAllocator slots(4);
  for (int i = 0; i < 3; ++i) slots.alloc();
  slots.free(1);
  slots.free(0);
  slots.occupy(1);
  EXPECT_EQ(slots.version(1), truth::kVersion);
  EXPECT_EQ(static_cast<std::size_t>(slots.alloc()), truth::kNextSlot);
}

TEST(Lab04PredictRun, ARowThatWasTakenAnew) {
  std::uint32_t version_of_1 = 1;
  PrefixCacheManager trie(100, [&](std::int32_t slot) { return slot == 1 ? version_of_1 : 1; });
  trie.insert(Text{1, 2, 3, 4}, 0, 1);
  trie.insert(Text{1, 2, 9}, 1, 1);
  ++version_of_1;
  EXPECT_EQ(trie.find(Text{1, 2, 9, 9}).prefix_len, truth::kFound);
}

TEST(Lab04PredictRun, OneNodeTooMany) {
  PrefixCacheManager trie(4, [](std::int32_t) { return 1u; });
  const Text texts[] = {{1, 2, 3}, {1, 5, 6}};
  for (std::int32_t slot : {0, 1}) {
    trie.insert(texts[slot], slot, 1);
    trie.release(texts[slot]);
  }
  EXPECT_EQ(trie.find(texts[0]).prefix_len, truth::kLeftOver);
}

}  // namespace
}  // namespace radixlab
