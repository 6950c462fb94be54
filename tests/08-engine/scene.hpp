/// \file
/// For chapter 08's suites: a router over chapter 06's pages of four tokens and the fake device. A page that is free is poisoned,
/// and the cache is watched: a test that fails tells its calls.
#pragma once
#include <gmock/gmock.h>
#include <list>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "06-page-allocator/paged_cache_manager.hpp"
#include "06-page-allocator/paged_radix_cache.hpp"
#include "08-engine/router.hpp"
#include "fake_device.hpp"
#include "testing/failure_story.hpp"

namespace radixlab {

using Text = std::vector<TokenId>;
using Ids = std::vector<RequestId>;

inline std::string tokens_in_words(std::size_t n) { return std::to_string(n) + (n == 1 ? " token" : " tokens"); }

/// What a step computes of a request.
struct Computed {
  RequestId id;
  std::size_t num_tokens;
  bool operator==(const Computed&) const = default;
  friend void PrintTo(const Computed& part, std::ostream* out) {
    *out << "request " << part.id << ": " << tokens_in_words(part.num_tokens);
  }
};
using Steps = std::vector<Computed>;

/// Ends a test that cannot go on, with these words alone: an exception of its own would read as one of the tested code.
[[noreturn]] inline void end_test(const std::string& why) {
  ADD_FAILURE() << why;
  throw testing::AssertionException({testing::TestPartResult::kFatalFailure, nullptr, -1, ""});
}

/// `n` tokens from `first` on.
inline Text text(TokenId first, std::size_t n) {
  Text all(n);
  std::iota(all.begin(), all.end(), first);
  return all;
}
inline Text operator+(Text front, const Text& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

/// Chapter 06's pages under a watched cache.
struct WatchedPages {
  WatchedPages(FakeDevice& device, std::size_t num_pages, std::size_t page_size)
      : allocator(std::make_shared<PageAllocator>(num_pages)),
        source(std::make_shared<OnGive>(*allocator, [&device](PageId page) { device.poison(std::span(&page, 1)); })) {
    auto cache = std::make_unique<PagedRadixCache>(allocator, RadixOptions{page_size, true});
    auto story = std::make_unique<Story>(std::move(cache), page_size, true);
    watched = story.get();
    pool.manager = std::move(story);
    pool.source = source;
    pool.make_desk = [pages = allocator](BaseCacheManager& told, PageSource& from, KvStore& kv, std::size_t P) {
      return std::make_unique<PagedCacheManager>(told, from, kv, P, *pages);
    };
    pool.owners = [pages = allocator](PageId page) { return std::size_t{pages->slot(page).ref_count}; };
  }
  std::shared_ptr<PageAllocator> allocator;
  std::shared_ptr<OnGive> source;
  Story* watched;
  ManagedPool pool;
};

class Scene {
 public:
  static constexpr std::size_t kP = 4;
  explicit Scene(const EngineConfig& config = {}, std::size_t num_pages = 64, std::size_t page_size = kP)
      : device(num_pages, page_size),
        made(device, num_pages, page_size),
        pages(device, std::move(made.pool)),
        router(pages, config) {
    device.reserve(512, 512);
  }

  FakeDevice device;
  WatchedPages made;
  PageManager pages;
  Router router;
  std::optional<FailureStory> failure{*made.watched};
  std::list<EngineRequest> requests;
  std::vector<PageId> held;

  /// A request arrives.
  EngineRequest& ask(const Text& prompt, std::uint32_t cache_salt = 0) {
    EngineRequest& r = requests.emplace_back();
    r.id = requests.size() - 1;
    r.at_desk.tokens = prompt;
    r.at_desk.cache_salt = cache_salt;
    r.figures.num_prompt_tokens = prompt.size();
    router.add(r);
    return r;
  }
  EngineRequest& admitted(const Text& prompt, std::uint32_t cache_salt = 0) {
    EngineRequest& r = ask(prompt, cache_salt);
    if (!router.admit(r)) end_test("admit says that there is no room, but the test has left it room");
    return r;
  }
  /// Another answer to the prompt of a request that has computed it.
  EngineRequest& fork(EngineRequest& parent) {
    EngineRequest& child = requests.emplace_back();
    child.id = requests.size() - 1;
    child.answer = 1;
    child.figures.num_prompt_tokens = parent.num_prompt_tokens();
    router.fork(parent, child);
    return child;
  }
  /// The model computes so many tokens of it; the router is not told.
  void compute(EngineRequest& r, std::size_t num_tokens) {
    if (!r.is_running()) end_test("request " + std::to_string(r.id) + " has no page table: it waits");
    if (num_tokens > r.num_left())
      end_test("request " + std::to_string(r.id) + " has " + tokens_in_words(r.num_left()) + " left, but " +
               std::to_string(num_tokens) + " are to be computed");
    const auto now = std::span(r.at_desk.tokens).subspan(r.at_desk.computed, num_tokens);
    if (num_tokens > 0) device.run({now, r.at_desk.computed, r.at_desk.pages}, {});
  }
  /// A step of it alone: computed, and the router is told.
  void run(EngineRequest& r, std::size_t num_tokens) {
    compute(r, num_tokens);
    router.insert_prefix(r, num_tokens);
  }
  void run_all(EngineRequest& r) { run(r, r.num_left()); }
  /// A token is drawn, and the request has room for it.
  void generate(EngineRequest& r, TokenId token) {
    r.at_desk.tokens.push_back(token);
    if (!pages.desk().grow(r.at_desk, r.at_desk.tokens.size()) || !pages.desk().make_writable(r.at_desk))
      end_test("no room for a generated token, but the test has left it room");
  }
  /// What the router schedules is computed and told to it; who has nothing left draws token 200. Returns what was scheduled.
  Steps step() {
    Steps told;
    const std::vector<Scheduled> scheduled = router.schedule();
    for (const auto& [r, num_tokens] : scheduled) told.push_back({r->id, num_tokens});
    for (const auto& [r, num_tokens] : scheduled) compute(*r, num_tokens);
    for (const auto& [r, num_tokens] : scheduled) {
      router.insert_prefix(*r, num_tokens);
      if (r->num_left() == 0) r->at_desk.tokens.push_back(200);
    }
    return told;
  }
  /// A text is cached, by a request that the router never sees.
  void store(const Text& tokens, std::uint32_t cache_salt = 0) {
    Request r{.tokens = tokens, .cache_salt = cache_salt};
    if (!pages.desk().start(r)) throw std::logic_error("the test has no room for a text that is to be cached");
    device.run({std::span(r.tokens).subspan(r.computed), r.computed, r.pages}, {});
    r.computed = tokens.size();
    pages.desk().finish(r);
  }
  /// [tokens] of the text that the cache has. What it says must be written (I23).
  std::size_t cached(const Text& tokens, std::uint32_t cache_salt = 0) {
    const CacheHandle hit = pages.cache().match_prefix({tokens, cache_salt});
    std::vector<PageId> table((hit.cached_len + pages.page_size() - 1) / pages.page_size());
    pages.cache().copy_pages(hit, table);
    device.check_holds(std::span(tokens).first(hit.cached_len), table);
    return hit.cached_len;
  }
  void evict_all() {
    for (const PageId page : pages.cache().evict(pages.cache().size_info().evictable_size)) pages.free_page(page);
  }
  /// Others take pages until only so many are free.
  void leave_free(std::size_t num_pages) {
    while (pages.free_count() > num_pages) held.push_back(pages.allocate_page().value());
  }
  void let_go() {
    for (const PageId page : std::exchange(held, {})) pages.free_page(page);
  }

  Ids waiting() const { return ids(router.waiting()); }
  Ids running() const { return ids(router.running()); }
  Ids preempted() const { return {router.preempted().begin(), router.preempted().end()}; }

  /// Every rule of pages and locks: each page is free, cached or a request's, and counts how many requests need it.
  void expect_all_well(const std::string& when) {
    std::map<PageId, std::size_t> needed;
    for (const PageId page : held) ++needed[page];
    std::size_t own = held.size();
    for (const EngineRequest* const r : router.running()) {
      const Request& at_desk = r->at_desk;
      for (const PageId page : at_desk.pages) ++needed[page];
      EXPECT_NO_THROW(device.check_holds(std::span(at_desk.tokens).first(at_desk.computed), at_desk.pages))
          << "request " << r->id << " reads something else than its keys and values: " << when;
    }
    for (PageId page = 0; page < pages.num_pages(); ++page) {
      const std::size_t count = *pages.ref_count(page), wanted = needed.contains(page) ? needed[page] : 0;
      if (count != wanted)
        ADD_FAILURE() << "page " << page << " says that " << count
                      << " requests need it, and it is in the page tables of " << wanted << ": " << when;
      own += made.allocator->slot(page).owner == PageOwner::request && !std::ranges::count(held, page);
    }
    const std::size_t free = pages.free_count(), cached_pages = pages.cache().size_info().total_size();
    if (free + cached_pages + own != pages.num_pages())
      ADD_FAILURE() << "I4: " << free << " free pages, " << cached_pages << " cached ones and " << own
                    << " of requests are not the pool of " << pages.num_pages() << ": " << when;
    for (const EngineRequest* const r : router.waiting()) {
      if (r->is_running()) ADD_FAILURE() << "request " << r->id << " waits and has pages: " << when;
    }
    EXPECT_NO_THROW(made.watched->check_state(made.watched->snapshot())) << when;
  }
  void expect_nothing_locked(const std::string& when) {
    EXPECT_EQ(pages.cache().size_info().protected_size, 0u) << "I34: pages are still locked: " << when;
    EXPECT_EQ(pages.free_count() + pages.cache().size_info().total_size() + held.size(), pages.num_pages())
        << "I34: pages are neither free nor cached: " << when;
    expect_all_well(when);
  }

 private:
  static Ids ids(std::span<EngineRequest* const> queue) {
    Ids all;
    for (const EngineRequest* const r : queue) all.push_back(r->id);
    return all;
  }
};

/// Expects the figures of a request, in words.
inline void expect_figures(const EngineRequest& r, const RequestFigures& wanted, const std::string& when) {
  const auto expect = [&](const char* name, std::size_t found, std::size_t expected) {
    if (found != expected)
      ADD_FAILURE() << "request " << r.id << " has " << name << " " << found << ", expected " << expected << ": "
                    << when;
  };
  const RequestFigures& f = r.figures;
  expect("num_prompt_tokens", f.num_prompt_tokens, wanted.num_prompt_tokens);
  expect("num_cached_tokens", f.num_cached_tokens, wanted.num_cached_tokens);
  expect("num_computed_tokens", f.num_computed_tokens, wanted.num_computed_tokens);
  expect("num_recomputed_tokens", f.num_recomputed_tokens, wanted.num_recomputed_tokens);
  expect("num_preemptions", f.num_preemptions, wanted.num_preemptions);
  expect("num_bypassed", f.num_bypassed, wanted.num_bypassed);
}

}  // namespace radixlab
