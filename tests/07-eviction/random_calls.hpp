/// \file
/// For chapter 07's suite: random calls on chapter 06's cache under a policy, each victim held against the definition (I29).
#pragma once
#include <gtest/gtest.h>
#include <random>

#include "06-page-allocator/paged_radix_cache.hpp"
#include "definitions.hpp"

namespace radixlab {

/// What the calls showed.
struct Shown {
  std::size_t victims = 0, cut = 0, not_lru = 0, splits = 0, retained = 0, while_locked = 0;
};

class RandomCalls {
 public:
  /// With pages of 3 tokens hits end inside them.
  RandomCalls(const Definition& definition, EvictionUnit unit, std::size_t page_size, unsigned seed)
      : definition_(definition),
        unit_(unit),
        cache_(std::make_shared<PageAllocator>(kPages),
               {page_size, page_size == 3, create_eviction_policy(definition.name), unit}),
        P_(page_size),
        seed_(seed),
        rng_(seed) {}

  /// What is wrong with a victim; empty where nothing is. Stops there.
  std::string run(std::size_t steps, Shown& shown) {
    for (std::size_t step = 0; step < steps; ++step)
      if (const std::string wrong = call(shown); !wrong.empty())
        return wrong + "\n  (random calls of seed " + std::to_string(seed_) + ", pages of " + std::to_string(P_) +
               ", step " + std::to_string(step) + (unit_ == EvictionUnit::tail ? ", by the tail)" : ")");
    return {};
  }

 private:
  static constexpr std::size_t kPages = 60;

  std::size_t random(std::size_t below) { return rng_() % below; }
  std::vector<TokenId> text() {
    std::vector<TokenId> tokens(P_ + random(7 * P_));
    for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = i % P_ == 0 ? static_cast<TokenId>(random(2)) : 0;
    if (P_ > 1 && random(2)) tokens.back() = 1;
    return tokens;
  }
  std::string call(Shown& shown) {
    const std::size_t what = random(20);
    if (what < 6) return insert(shown);
    if (what < 10) return match(shown), "";
    if (what < 12) return cache_.match_prefix(PrefixKey(text(), 9)), ++now_, "";  // time passes
    if (what < 14) return evict(1 + random(6), shown);
    if (what == 14 && locked_.size() < 2) return cache_.lock_handle(last_), locked_.push_back(last_), last_ = {}, "";
    if (what == 15 && !locked_.empty()) return cache_.unlock_handle(locked_.back()), locked_.pop_back(), "";
    cache_.retain(last_, static_cast<std::int32_t>(random(7)) - 3, random(40));
    shown.retained += last_.cached_len > 0;
    return "";
  }
  void match(Shown& shown) {
    const std::size_t nodes = cache_.num_nodes();
    last_ = cache_.match_prefix(PrefixKey(text()));
    shown.splits += cache_.num_nodes() > nodes;
    ++now_;
  }
  std::string insert(Shown& shown) {
    const std::vector<TokenId> tokens = text();
    const std::size_t needed = (tokens.size() + P_ - 1) / P_, free = cache_.allocator().free_count();
    if (free < needed) {
      if (cache_.size_info().evictable_size < needed - free) return "";
      if (const std::string wrong = evict(needed - free, shown); !wrong.empty()) return wrong;
    }
    cache_.insert({tokens}, cache_.allocate(needed));
    last_ = {};
    ++now_;
    return "";
  }
  std::string evict(std::size_t num_pages, Shown& shown) {
    const std::vector<NodeView> nodes = cache_.snapshot().nodes;
    num_pages = std::min(num_pages, cache_.size_info().evictable_size);
    if (num_pages == 0) return "";
    const auto name = [](const NodeView& n) { return "node " + std::to_string(n.id); };
    const std::vector<PageId> freed = cache_.PagedRadixCache::evict(num_pages, PageAllocator::kAllLayers);
    last_ = {};
    ++shown.victims;
    shown.cut += unit_ == EvictionUnit::tail && cache_.num_nodes() == nodes.size();
    shown.while_locked += cache_.size_info().protected_size > 0;
    shown.not_lru += !wrong_victim(nodes, freed, num_pages, unit_, kDefinitions[0], now_, name).empty();
    return wrong_victim(nodes, freed, num_pages, unit_, definition_, now_, name);
  }

  const Definition& definition_;
  EvictionUnit unit_;
  PagedRadixCache cache_;
  std::size_t P_;
  unsigned seed_;
  std::mt19937 rng_;
  std::int64_t now_ = 0;
  CacheHandle last_;  // given out since the last eviction
  std::vector<CacheHandle> locked_;
};

/// Whole leaves and tails, pages of one token and of three.
inline std::string first_wrong_victim(const Definition& definition, Shown& shown) {
  for (const EvictionUnit unit : {EvictionUnit::leaf, EvictionUnit::tail})
    for (const std::size_t page_size : {1, 3})
      for (const unsigned seed : {1, 2}) {
        const std::string wrong = RandomCalls(definition, unit, page_size, seed).run(600, shown);
        if (!wrong.empty()) return wrong;
      }
  return {};
}

/// Under each policy of the task.
inline void expect_victims_by_definition(int task) {
  for (const Definition& definition : kDefinitions) {
    if (definition.task != task) continue;
    SCOPED_TRACE(definition.name);
    Shown shown;
    const std::string wrong = first_wrong_victim(definition, shown);
    if (!wrong.empty()) {
      ADD_FAILURE() << wrong;
      continue;
    }
    EXPECT_GT(shown.victims, 200u);
    EXPECT_GT(shown.cut, 20u);
    EXPECT_GT(shown.splits, 50u);
    EXPECT_GT(shown.retained, 20u);
    EXPECT_GT(shown.while_locked, 50u);
    if (definition.name != std::string_view("lru")) {
      EXPECT_GT(shown.not_lru, shown.victims / 10) << "else the calls show no other order than lru's";
    }
  }
}

}  // namespace radixlab
