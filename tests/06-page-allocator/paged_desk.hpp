/// \file
/// For chapter 06's suite: a desk over a small pool of pages of four tokens. Keys and values are hashes of their prefix, and a
/// page that is freed is poisoned.
#pragma once
#include <map>

#include "06-page-allocator/paged_cache_manager.hpp"
#include "counted_pages.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {

/// FakeKv whose copies can be made to fail.
class FailingKv : public FakeKv {
 public:
  using FakeKv::FakeKv;
  void copy_kv(PageId from, PageId to, std::size_t tokens) override {
    if (fail_at > 0 && --fail_at == 0) throw std::runtime_error("copy_kv fails, as the test wants it");
    FakeKv::copy_kv(from, to, tokens);
  }
  std::size_t fail_at = 0;  ///< 1: the next copy throws; 0: none does
};

/// A watched cache whose rename_pages can be made to fail.
class FailingStory : public Story {
 public:
  using Story::Story;
  void rename_pages(std::span<const PageMove> moves) override {
    if (fails) throw std::runtime_error("rename_pages fails, as the test wants it");
    Story::rename_pages(moves);
  }
  bool fails = false;
};

class PagedDesk : public testing::Test {
 protected:
  static constexpr std::size_t kP = 4;
  explicit PagedDesk(std::size_t num_pages = 16)
      : pages(std::make_shared<PageAllocator>(num_pages)), kv(num_pages, kP) {}

  std::shared_ptr<PageAllocator> pages;
  PagedRadixCache manager{pages, {.page_size = kP, .partial_hits = true}};
  FailingStory cache{manager, kP, true};
  FailureStory failure{cache};
  FailingKv kv;
  OnGive source{*pages, [this](PageId page) {
                  if (pages->slot(page).owner == PageOwner::nobody) kv.poison(page), ++freed;
                }};
  std::size_t freed = 0;  // [pages] that came back through the source
  PagedCacheManager desk{cache, source, kv, kP, *pages};

  /// `n` tokens from `first` on.
  static Text text(TokenId first, std::size_t n) {
    Text all(n);
    std::iota(all.begin(), all.end(), first);
    return all;
  }
  Request start(const Text& tokens) {
    Request r{.tokens = tokens};
    if (!desk.start(r)) throw std::logic_error("start says that there is no room, but the test has left it room");
    return r;
  }
  /// The model runs the tokens up to `end`.
  void compute(Request& r, std::size_t end) {
    if (r.pages.size() * kP < end)
      throw std::logic_error("the page table of this request has room for " + std::to_string(r.pages.size() * kP) +
                             " tokens, and its text has " + std::to_string(end) +
                             ": a request that runs has room for its whole text, after a start and after a fork");
    const PrefixKey key(std::span(r.tokens).first(end), r.cache_salt);
    kv.write(key, r.pages, std::exchange(r.computed, end));
  }
  Request started_and_computed(const Text& tokens) {
    Request r = start(tokens);
    compute(r, tokens.size());
    return r;
  }
  /// One token more: room, a page that it may write in, its keys and values. False if there is no room.
  bool generate(Request& r, TokenId token) {
    if (!desk.grow(r, r.computed + 1) || !desk.make_writable(r)) return false;
    r.tokens.push_back(token);
    compute(r, r.computed + 1);
    return true;
  }
  /// Publishes a text and is done.
  void store(const Text& tokens) {
    Request r = started_and_computed(tokens);
    desk.finish(r);
  }
  void evict(std::size_t num_pages) {
    for (const PageId page : cache.evict(num_pages)) source.give(page);
  }

  using Running = std::vector<const Request*>;
  /// Every rule, with these requests running: each reads its keys and values, and each page counts who needs it.
  void expect_all_well(const Running& running, const std::string& when) {
    expect_counts_fit(manager, when);
    std::map<PageId, std::uint32_t> own;  // of requests: who has it in its table
    for (const Request* r : running) {
      if (r->pages.size() * kP < r->computed) {
        ADD_FAILURE() << r->computed << " tokens are computed, but the page table names " << r->pages.size()
                      << " pages: " << when;
        continue;
      }
      for (std::size_t i = r->handle.cached_len / kP; i < r->pages.size(); ++i) ++own[r->pages[i]];
      EXPECT_NO_THROW(kv.check({std::span(r->tokens).first(r->computed), r->cache_salt}, r->pages))
          << "a request of " << r->computed
          << " computed tokens reads something else than its keys and values: " << when;
    }
    for (const auto& [page, tables] : own)
      expect_page(*pages, page, PageOwner::request, tables, "I3: it is in so many page tables: " + when);
    EXPECT_EQ(source.free_count() + cache.size_info().total_size() + own.size(), pages->max_pages())
        << "I4: " << source.free_count() << " free pages, " << cache.size_info().total_size() << " cached ones and "
        << own.size() << " of requests are not the pool: " << when;
    EXPECT_NO_THROW(cache.check_integrity());
    EXPECT_NO_THROW(cache.same_as_snapshot());
  }
  void TearDown() override {
    cache.check_integrity();
    cache.same_as_snapshot();
  }
};

}  // namespace radixlab
