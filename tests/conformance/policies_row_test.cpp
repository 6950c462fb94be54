// The row policies: what is asked for by name is what evicts.
#include <gtest/gtest.h>
#include <set>

#include "ladder.hpp"

namespace radixlab {
namespace {

using Order = std::vector<TokenId>;

// Texts 0 .. 5 of different lengths, some looked up, one retained; then all go, and are named one by one.
Order order_of_victims(BaseCacheManager& cache, PageSource& source) {
  std::map<PageId, TokenId> text_of;
  const auto text = [](TokenId i) { return std::vector<TokenId>(1 + static_cast<std::size_t>(i) * 2 % 5, i); };
  const auto insert = [&](TokenId i) {
    std::vector<PageId> pages(text(i).size());
    source.take(pages);
    for (const PageId page : pages) text_of[page] = i;
    return cache.insert_prefix(text(i), pages, {}).handle;
  };
  for (TokenId i = 0; i < 5; ++i)
    if (const CacheHandle held = insert(i); i == 2) cache.retain(held, 5, 100);
  for (const TokenId i : {3, 1, 3, 3, 0, 1, 4, 0, 0}) cache.match_prefix(text(i));
  insert(5);
  Order order;
  while (cache.size_info().evictable_size > 0) order.push_back(text_of.at(cache.evict(1).front()));
  return order;
}

TEST(PoliciesRow, EvictsByThePolicyThatIsAskedFor) {
  const Stage& row = *std::ranges::find(kLadder, std::string_view("policies"), &Stage::name);
  ASSERT_EQ(row.policies.size(), eviction_policies().size());
  std::set<Order> orders;
  for (const char* const policy : row.policies) {
    const ManagedPool made = create_cache_manager("policies", {.policy = policy});
    RadixCacheManager plain({.policy = create_eviction_policy(policy)});
    FreeList source(64);
    const Order order = order_of_victims(*made.manager, *made.source);
    EXPECT_EQ(order, order_of_victims(plain, source)) << policy;
    orders.insert(order);
  }
  EXPECT_GE(orders.size(), 8u) << "the calls tell most policies apart";
  const ManagedPool own = create_cache_manager("policies", {}),
                    lru = create_cache_manager("policies", {.policy = "lru"});
  EXPECT_EQ(order_of_victims(*own.manager, *own.source), order_of_victims(*lru.manager, *lru.source));
}

TEST(PoliciesRow, RefusesAnotherName) {
  EXPECT_THROW(create_cache_manager("policies", {.policy = "belady"}), std::invalid_argument);
}

}  // namespace
}  // namespace radixlab
