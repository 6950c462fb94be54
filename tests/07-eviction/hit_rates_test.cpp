// Chapter 07, task 7.5: three hit rates, and a cache that never forgets.
#include "07-eviction/hit_rates.hpp"

#include <gmock/gmock.h>
#include <random>
#include <set>

#include "05-radix-tree/radix_cache_manager.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

// Few tokens and beginnings of earlier texts, so that prefixes meet.
struct Traffic {
  std::mt19937 numbers;
  std::vector<Text> past = {};
  std::size_t random(std::size_t n) { return numbers() % n; }
  Text next() {
    Text request = past.empty() || random(4) == 0 ? Text{} : past[random(past.size())];
    request.resize(random(request.size() + 1));
    for (std::size_t more = random(10); more > 0; --more) request.push_back(static_cast<TokenId>(random(3)));
    return past.emplace_back(std::move(request));
  }
};

TEST(Lab07HitRates, T5_OfTheHeadersExample) {
  HitRates rates;
  rates.add(10, 0, 4);
  rates.add(10, 9, 4);
  EXPECT_EQ(rates.requests, 2u);
  EXPECT_EQ(rates.requests_hit, 1u) << "of two requests one had a token that was cached";
  EXPECT_DOUBLE_EQ(rates.request_hit_rate(), 1.0 / 2);
  EXPECT_DOUBLE_EQ(rates.token_hit_rate(), 9.0 / 20) << "of 20 tokens 9 were cached";
  EXPECT_DOUBLE_EQ(rates.block_hit_rate(), 2.0 / 4)
      << "10 tokens are two whole pages of 4 and a part, which does not count; 9 cached tokens hold two whole pages";
}

TEST(Lab07HitRates, T5_NothingIsNoHit) {
  HitRates rates;
  EXPECT_EQ(rates.request_hit_rate() + rates.token_hit_rate() + rates.block_hit_rate(), 0.0) << "no request came yet";
  rates.add(3, 0, 4);
  EXPECT_EQ(rates.blocks, 0u) << "3 tokens fill no page of 4";
  EXPECT_EQ(rates.requests_hit, 0u) << "nothing of it was cached";
  rates.add(3, 1, 4);
  EXPECT_EQ(rates.requests_hit, 1u) << "one token of it was cached: that is a hit";
  EXPECT_EQ(rates.blocks_hit, 0u) << "one cached token is no whole page";
}

// Where all requests share a short system prompt: the three rates have little to do with each other.
TEST(Lab07HitRates, T5_AShortSystemPrompt) {
  HitRates rates;
  for (int request = 0; request < 100; ++request) rates.add(1000, request == 0 ? 0 : 20, 16);
  EXPECT_DOUBLE_EQ(rates.request_hit_rate(), 0.99);
  EXPECT_DOUBLE_EQ(rates.token_hit_rate(), 0.0198) << "20 tokens of 1,000, of 99 requests of 100";
  EXPECT_DOUBLE_EQ(rates.block_hit_rate(), 99.0 / 6200) << "1,000 tokens are 62 whole pages of 16, and 20 are one";
}

TEST(Lab07HitRates, T5_AsCountedRequestByRequest) {
  std::mt19937 numbers(705);
  for (const std::size_t P : {1, 3, 4, 16}) {
    HitRates rates, truth;
    for (int i = 0; i < 200; ++i) {
      const std::size_t prompt = 1 + numbers() % 60, cached = numbers() % 3 == 0 ? 0 : numbers() % prompt;
      rates.add(prompt, cached, P);
      truth.requests += 1;
      truth.requests_hit += cached == 0 ? 0 : 1;
      for (std::size_t token = 1; token <= prompt; ++token) {
        const bool hit = token <= cached, ends_a_page = token % P == 0;
        truth.prompt_tokens += 1, truth.cached_tokens += hit;
        truth.blocks += ends_a_page, truth.blocks_hit += ends_a_page && hit;
      }
    }
    EXPECT_EQ(rates.requests_hit, truth.requests_hit) << "of 200 random requests, those with a cached token";
    EXPECT_DOUBLE_EQ(rates.request_hit_rate(), truth.request_hit_rate()) << "of 200 random requests";
    EXPECT_DOUBLE_EQ(rates.token_hit_rate(), truth.token_hit_rate()) << "of 200 random requests, token by token";
    EXPECT_DOUBLE_EQ(rates.block_hit_rate(), truth.block_hit_rate())
        << "200 random requests, pages of " << P << " tokens: the blocks whose tokens were all cached";
  }
}

TEST(Lab07HitRates, T5_TheInfiniteCacheNeverForgets) {
  InfiniteCache cache(4);
  const Text chat = {7, 7, 3, 1, 9, 9, 4, 2, 5, 5};
  EXPECT_EQ(cache.request(chat), 0u) << "nobody came before";
  EXPECT_EQ(cache.num_pages(), 2u) << "ten tokens are two whole pages, both held from now on, also the one behind a "
                                      "page that was missing; the rest is none";
  EXPECT_EQ(cache.request(chat), 8u) << "its two whole pages were asked for before";
  EXPECT_EQ(cache.num_pages(), 2u) << "the same two pages";
  EXPECT_EQ(cache.request(Text{7, 7, 3, 1, 8, 9, 4, 2}), 4u) << "the second page differs in its first token";
  EXPECT_EQ(cache.request(Text{9, 9, 4, 2}), 0u) << "this page was seen behind another one, never at the beginning";
  EXPECT_EQ(cache.request(Text{7, 7, 3}), 0u) << "three tokens are no whole page";
  EXPECT_EQ(cache.request(Text{}), 0u);
  EXPECT_EQ(cache.num_pages(), 4u);
}

TEST(Lab07HitRates, T5_WhatIsBehindAMissIsHeldToo) {
  InfiniteCache cache(2);
  cache.request(Text{1, 2, 3, 4});
  EXPECT_EQ(cache.request(Text{1, 2, 5, 6, 7, 8}), 2u);
  EXPECT_EQ(cache.request(Text{1, 2, 5, 6, 7, 8}), 6u)
      << "the request before this one missed after two tokens, and all of its whole pages are held since then";
}

TEST(Lab07HitRates, T5_SaltsAreApart) {
  InfiniteCache cache(2);
  const Text secret = {1, 2, 3, 4};
  cache.request({secret, 1});
  EXPECT_EQ(cache.request({secret, 2}), 0u) << "I11: another tenant asked for it: nothing is found";
  EXPECT_EQ(cache.request({secret, 0}), 0u) << "I11: nor without a salt";
  EXPECT_EQ(cache.request({secret, 1}), 4u) << "its own tenant finds it";
  EXPECT_EQ(cache.num_pages(), 6u) << "three tenants, two pages each";
}

TEST(Lab07HitRates, T5_AsTheLongestPrefixOfEarlierRequests) {
  for (const std::size_t P : {1, 2, 3, 4}) {
    Traffic traffic{std::mt19937(static_cast<unsigned>(P))};
    InfiniteCache cache(P);
    std::set<std::pair<std::uint32_t, Text>> pages;  // each with all that stands before it
    std::size_t hits = 0;
    for (int i = 0; i < 120 && !testing::Test::HasFailure(); ++i) {
      const Text request = traffic.next();
      const auto salt = static_cast<std::uint32_t>(traffic.random(2));
      std::size_t longest = 0;
      for (std::size_t end = P; end <= request.size(); end += P)
        if (pages.contains({salt, Text(request.begin(), request.begin() + std::ptrdiff_t(end))})) longest = end;
      for (std::size_t end = P; end <= request.size(); end += P)
        pages.emplace(salt, Text(request.begin(), request.begin() + std::ptrdiff_t(end)));
      EXPECT_EQ(cache.request({request, salt}), longest)
          << "request " << i << ", " << testing::PrintToString(request) << " of tenant " << salt << ", pages of " << P
          << ": the longest prefix of whole pages that an earlier request of this tenant had";
      EXPECT_EQ(cache.num_pages(), pages.size());
      hits += longest > 0;
    }
    EXPECT_GT(hits, 30u) << "else the requests show nothing";
  }
}

TEST(Lab07HitRates, T5_AsATreeWithRoomForAll) {
  for (const std::size_t P : {1, 4}) {
    Traffic traffic{std::mt19937(static_cast<unsigned>(50 + P))};
    InfiniteCache infinite(P);
    RadixCacheManager tree({.page_size = P});
    PageId next = 0;
    for (int i = 0; i < 150 && !testing::Test::HasFailure(); ++i) {
      const Text request = traffic.next();
      const std::size_t found = tree.match_prefix(request).cached_len;
      std::vector<PageId> pages((request.size() + P - 1) / P);
      for (PageId& page : pages) page = next++;
      tree.insert_prefix(request, pages, {});
      EXPECT_EQ(infinite.request(request), found) << "request " << i << ", " << testing::PrintToString(request)
                                                  << ": chapter 05's tree, from which nothing was "
                                                  << "ever evicted, finds so much";
      EXPECT_EQ(infinite.num_pages(), tree.size_info().total_size()) << "and holds so many pages";
    }
  }
}

}  // namespace
}  // namespace radixlab
