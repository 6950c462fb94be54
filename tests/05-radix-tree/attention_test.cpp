// Chapter 05, given: RadixAttentionManager. Its generator writes into a pool without a model, whose places say which prefix
// they hold.
#include <gmock/gmock.h>
#include <numeric>

#include "05-radix-tree/radix_attention_manager.hpp"
#include "testing/expect_refused.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;
using Text = std::vector<TokenId>;

constexpr std::size_t kPage = 4, kPages = 10, kTokenBytes = 96;

// `count` tokens, of which the first `common` are those of text(0): 1 2 3 ..
Text text(TokenId own, std::size_t count, std::size_t common = 0) {
  Text tokens(count);
  std::iota(tokens.begin(), tokens.end(), 1);
  for (std::size_t i = common; i < count; ++i) tokens[i] += 1000 * own;
  return tokens;
}

class Lab05Attention : public testing::Test {
 protected:
  RadixAttentionManager manager{
      {.max_cache_memory = kPages * kPage * kTokenBytes + 95, .bytes_per_token = kTokenBytes, .page_size = kPage}};
  FakeKv kv{kPages, kPage};
  std::size_t most_pages = 0;  // out at any time a generator ran

  KvGenerator writes(std::uint32_t salt = 0) {
    return [this, salt](std::span<const TokenId> tokens, std::size_t begin, std::span<const PageId> pages) {
      most_pages = std::max(most_pages, kPages - manager.free_count());
      kv.write({tokens, salt}, pages, begin);
    };
  }
  ProcessedRequest process(PrefixKey key) {
    ProcessedRequest done = manager.process_request(key, writes(key.cache_salt));
    kv.check(key, done.pages);
    EXPECT_EQ(done.cached_len + done.computed_len, key.tokens.size());
    return done;
  }
  std::size_t cached_pages() const { return manager.cache().size_info().total_size(); }

  void TearDown() override {
    manager.cache().check_integrity();
    EXPECT_EQ(manager.cache().size_info().protected_size, 0u) << "I18: a lock is left";
    EXPECT_EQ(manager.free_count() + cached_pages(), kPages) << "I4";
    EXPECT_LE(most_pages, kPages);
  }
};

TEST_F(Lab05Attention, GivenTheGeneratorGetsAllOfTheTextAndWhereToBegin) {
  process(text(1, 14, 10));
  Text seen;
  std::size_t from = 0, room = 0;
  const Text second = text(2, 15, 10);
  const ProcessedRequest done = manager.process_request(
      second, [&](std::span<const TokenId> tokens, std::size_t begin, std::span<const PageId> pages) {
        seen.assign(tokens.begin(), tokens.end());
        from = begin, room = pages.size();
        writes()(tokens, begin, pages);
      });
  kv.check(second, done.pages);
  EXPECT_EQ(seen, second);
  EXPECT_EQ(from, 8u) << "10 tokens are equal: two whole pages";
  EXPECT_EQ(room, 4u);
  EXPECT_EQ(done.cached_len, 8u);
  EXPECT_EQ(done.computed_len, 7u);
  EXPECT_DOUBLE_EQ(done.cache_hit_rate, 8.0 / 15);
}

TEST_F(Lab05Attention, GivenEachPrefixOfATextIsFound) {
  process(text(0, 16));
  process(text(2, 16, 8));  // a split, S1
  for (const std::size_t length : {4, 8, 12, 16}) EXPECT_EQ(process(text(0, length)).cached_len, length) << "S4";
  EXPECT_EQ(process(text(3, 16, 6)).cached_len, 4u) << "S2: what ends inside an edge, in whole pages";
}

TEST_F(Lab05Attention, GivenAWholeHitCallsNoGenerator) {
  process(text(1, 8));
  const ProcessedRequest done = manager.process_request(text(1, 8), nullptr);
  kv.check(text(1, 8), done.pages);
  EXPECT_EQ(done.computed_len, 0u);
  EXPECT_DOUBLE_EQ(done.cache_hit_rate, 1.0);
}

TEST_F(Lab05Attention, GivenAPartlyFilledPageIsNotKept) {
  EXPECT_EQ(process(text(1, 3)).pages.size(), 1u);
  EXPECT_EQ(cached_pages(), 0u);
  process(text(1, 7));
  EXPECT_EQ(cached_pages(), 1u);
  EXPECT_EQ(process(text(1, 7)).cached_len, 4u);
}

TEST_F(Lab05Attention, GivenTenantsShareNothing) {
  process({text(1, 8), 1});
  EXPECT_EQ(process({text(1, 8), 2}).cached_len, 0u) << "I11";
  EXPECT_EQ(process({text(1, 8), 1}).cached_len, 8u);
}

TEST_F(Lab05Attention, GivenItEvictsWhatWasUsedLongestAgo) {
  process(text(1, 16));
  process(text(2, 16));
  process(text(1, 16));
  EXPECT_EQ(process(text(3, 12)).evicted, 4u) << "two pages are free, three are needed: a leaf of four goes";
  EXPECT_EQ(process(text(1, 16)).cached_len, 16u);
  EXPECT_EQ(process(text(2, 16)).cached_len, 0u);
}

TEST_F(Lab05Attention, GivenWhatItFoundIsNotEvictedForItsOwnSuffix) {
  process(text(0, 16));
  process(text(2, 24));
  EXPECT_EQ(manager.free_count(), 0u);
  const ProcessedRequest done = process(text(1, 30, 16));  // 4 pages found, the oldest; 4 more are needed
  EXPECT_EQ(done.cached_len, 16u) << "I19";
  EXPECT_EQ(done.evicted, 6u);
}

TEST_F(Lab05Attention, GivenAllOfTheBudgetMayBeOneRequests) {
  process(text(0, 16));
  process(text(1, 28, 16));
  EXPECT_EQ(process(text(2, 40)).evicted, 7u);
  EXPECT_EQ(cached_pages(), kPages);
  EXPECT_EQ(process(text(2, 40)).cached_len, 40u);
}

TEST_F(Lab05Attention, GivenMoreThanTheBudgetIsRefused) {
  process(text(1, 8));
  const Snapshot before = manager.cache().snapshot();
  try {
    manager.process_request(text(1, 41), writes());
    ADD_FAILURE() << "41 tokens lie in 11 pages, of 10";
  } catch (const std::invalid_argument& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("41 tokens need 4224 bytes, the budget is 3935 bytes"));
  }
  EXPECT_THROW(manager.process_request(Text{}, writes()), std::invalid_argument);
  EXPECT_EQ(manager.cache().snapshot(), before);
  EXPECT_EQ(manager.get_statistics().total_requests, 1u);
}

TEST_F(Lab05Attention, GivenAGeneratorThatThrowsLeavesNothingBehind) {
  process(text(0, 16));
  const Snapshot before = manager.cache().snapshot();
  const auto fails = [](auto, auto, auto) { throw std::runtime_error("the device is gone"); };
  EXPECT_THROW(manager.process_request(text(2, 16), fails), std::runtime_error);
  EXPECT_EQ(manager.cache().snapshot(), before);
  EXPECT_EQ(manager.free_count(), 6u);
  EXPECT_THROW(manager.process_request(text(1, 24, 16), fails), std::runtime_error);
  EXPECT_EQ(manager.cache().size_info(), (SizeInfo{4, 0}));
  EXPECT_EQ(manager.get_statistics().total_requests, 1u) << "a request that failed counts as none";
  EXPECT_EQ(process(text(1, 24, 16)).cached_len, 16u) << "and may be made again";
}

TEST_F(Lab05Attention, GivenWhatWasPublishedWithinTheGeneratorIsTakenAndOnesOwnGivenBack) {
  const Text same = text(1, 14);
  const ProcessedRequest done = manager.process_request(
      same, [&](std::span<const TokenId> tokens, std::size_t begin, std::span<const PageId> pages) {
        process(same);
        kv.write(tokens, pages, begin);
      });
  EXPECT_EQ(cached_pages(), 3u);
  kv.check(same, done.pages);
}

TEST_F(Lab05Attention, GivenStatisticsUnderTheSeedsKeys) {
  const auto all = [&] {
    const PrefixCachingStatistics s = manager.get_statistics();
    return std::tuple(s.total_requests, s.cache_hits, s.cache_misses, s.cached_nodes, s.cache_hit_rate,
                      s.memory_usage_gb);
  };
  EXPECT_EQ(all(), std::tuple(0u, 0u, 0u, 0u, 0.0, 0.0));
  process(text(0, 16));
  process(text(2, 14, 8));
  process(text(3, 3));
  const double gb = 5 * kPage * kTokenBytes / 1073741824.0;  // 16 tokens, and one page of the second text: S3, S4
  EXPECT_EQ(all(), std::tuple(3u, 1u, 2u, 3u, 1.0 / 3, gb));
  EXPECT_EQ((PrefixCachingStatistics{0.75, 8, 6, 2, 9, 0.257}.to_text()),
            "Total Requests: 8\nCache Hits: 6\nCache Misses: 2\nHit Rate: 75.00%\nCached Nodes: 9\n"
            "Memory Usage: 0.26 GB\n");
}

TEST(Lab05AttentionBudget, GivenSizesThatMakeNoPageAreRefused) {
  const auto made = [](RadixAttentionOptions options) { return RadixAttentionManager(options).num_pages(); };
  expect_refused("RadixAttentionManager: ", [&] { made({.max_cache_memory = 100, .bytes_per_token = 0}); });
  expect_refused("RadixAttentionManager: ",
                 [&] { made({.max_cache_memory = 100, .bytes_per_token = 1, .page_size = 0}); });
  expect_refused("RadixAttentionManager: ", [&] { made({.max_cache_memory = 159, .bytes_per_token = 10}); });
  expect_refused("RadixAttentionManager: ",
                 [&] { made({.max_cache_memory = std::size_t{1} << 40, .bytes_per_token = 1, .page_size = 1}); });
  EXPECT_EQ(made({.max_cache_memory = 160, .bytes_per_token = 10}), 1u);
  EXPECT_EQ(made({.bytes_per_token = 524288}), 1280u) << "the seed's 10 GB, of a Llama 7B";
}

// The budget holds whatever comes, and each place that is read holds the KV of its own prefix.
TEST_F(Lab05Attention, GivenManyRequestsUnderPressure) {
  std::uint32_t state = 17;
  const auto random = [&](std::uint32_t below) { return (state = state * 1664525 + 1013904223) / 65536 % below; };
  std::size_t found = 0, evicted = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::size_t length = 1 + random(40);
    const Text request = text(static_cast<TokenId>(random(4)), length, random(static_cast<std::uint32_t>(length) + 1));
    if (random(8) == 0) {
      EXPECT_ANY_THROW(manager.process_request({request, 9}, [](auto, auto, auto) { throw 1; }));
      continue;
    }
    const ProcessedRequest done = process({request, random(2)});
    found += done.cached_len, evicted += done.evicted;
    manager.cache().check_integrity();
    ASSERT_EQ(manager.free_count() + cached_pages(), kPages);
  }
  EXPECT_GT(found, 10000u);
  EXPECT_GT(evicted, 1000u);
  EXPECT_EQ(most_pages, kPages);
}

}  // namespace
}  // namespace radixlab
