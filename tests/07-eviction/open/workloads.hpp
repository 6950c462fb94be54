/// \file
/// For chapter 07's open lab: three small workloads, and a cache of 100 pages of 4 tokens that serves them.
#pragma once
#include <random>

#include "06-page-allocator/paged_radix_cache.hpp"
#include "07-eviction/hit_rates.hpp"

namespace radixlab {

/// A request's prompt, by the names of its pages: each is 4 tokens.
using Prompt = std::vector<TokenId>;

constexpr std::size_t kOpenPage = 4, kOpenPages = 100;

/// Conversations that grow by two pages a turn. A third of the prompts begins one, and of these most end at once.
inline std::vector<Prompt> chats() {
  std::mt19937 rng(1);
  std::vector<Prompt> all, live;
  for (TokenId page = 0; all.size() < 3000;) {
    const bool is_new = live.empty() || rng() % 3 == 0;
    Prompt chat = is_new ? Prompt{page++, page++, page++} : live[rng() % live.size()];
    std::erase(live, chat);
    chat.insert(chat.end(), {page++, page++});
    all.push_back(chat);
    if (is_new ? rng() % 4 == 0 : rng() % 8 != 0) live.push_back(chat);
    if (live.size() > 8) live.erase(live.begin());
  }
  return all;
}

/// Questions about ten documents of six pages, between texts of eight pages that come once.
inline std::vector<Prompt> documents() {
  std::mt19937 rng(2);
  std::vector<Prompt> all;
  for (TokenId page = 1000; all.size() < 3000;) {
    Prompt prompt;
    const bool is_document = rng() % 2 == 0;
    const auto document = static_cast<TokenId>(rng() % 10 * 10);
    for (TokenId i = 0; i < (is_document ? 6 : 8); ++i) prompt.push_back(is_document ? document + i : page++);
    prompt.push_back(page++);  // the question
    all.push_back(prompt);
  }
  return all;
}

/// Twelve texts of ten pages, one after another, again and again: a sixth too many.
inline std::vector<Prompt> loop() {
  std::vector<Prompt> all;
  while (all.size() < 3000) {
    Prompt prompt;
    for (TokenId i = 0; i < 10; ++i) prompt.push_back(static_cast<TokenId>(all.size() % 12 * 10) + i);
    all.push_back(prompt);
  }
  return all;
}

/// The cache. Without a policy (nullptr) it is lru's.
class OpenCache {
 public:
  explicit OpenCache(std::shared_ptr<EvictionPolicy> policy)
      : cache_(pool_, {.page_size = kOpenPage, .policy = std::move(policy)}) {}

  /// The prompts, one after another.
  HitRates serve(const std::vector<Prompt>& prompts) {
    HitRates rates;
    for (const Prompt& prompt : prompts) rates.add(prompt.size() * kOpenPage, serve_one(prompt), kOpenPage);
    return rates;
  }
  void reset() { give(cache_.reset()); }

  std::vector<PageId> evicted;  // so far, in order

 private:
  std::size_t serve_one(const Prompt& prompt) {
    std::vector<TokenId> tokens;
    for (const TokenId page : prompt) tokens.insert(tokens.end(), kOpenPage, page);
    const CacheHandle hit = cache_.match_prefix(PrefixKey(std::span(tokens).first(tokens.size() - 1)));
    cache_.lock_handle(hit);
    std::vector<PageId> pages(prompt.size()), named(prompt.size());
    const std::size_t shared = hit.cached_len / kOpenPage, own = pages.size() - shared;
    cache_.copy_pages(hit, std::span(pages).first(shared));
    if (pool_->free_count() < own) {
      const std::vector<PageId> gone = cache_.evict(own - pool_->free_count());
      evicted.insert(evicted.end(), gone.begin(), gone.end());
      give(gone);
    }
    pool_->take(std::span(pages).last(own));
    cache_.copy_pages(cache_.insert_prefix(tokens, pages, hit).handle, named);
    if (named.back() != pages.back()) pool_->deallocate(pages.back());  // all of the text was cached already
    cache_.unlock_handle(hit);
    cache_.request_ended(tokens, hit.cached_len);
    return hit.cached_len;
  }
  void give(const std::vector<PageId>& pages) { pool_->give(std::span<const PageId>(pages)); }

  std::shared_ptr<PageAllocator> pool_ = std::make_shared<PageAllocator>(kOpenPages);
  PagedRadixCache cache_;
};

}  // namespace radixlab
