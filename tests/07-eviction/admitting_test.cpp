// Chapter 07, given: admission under the scheduler's desk. What is refused stays the request's own, and comes back with it.
#include <gmock/gmock.h>
#include <numeric>

#include "../conformance/failing_allocations.hpp"
#include "../conformance/lives.hpp"
#include "07-eviction/admitting_manager.hpp"
#include "replay/cache_workloads.hpp"
#include "testing/expect_refused.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

/// Hands all calls on. An AdmittingManager owns its manager, and here that is a Story, at which the test looks.
class Lent : public BaseCacheManager {
 public:
  explicit Lent(BaseCacheManager& told) : told_(told) {}
  CacheHandle match_prefix(PrefixKey key) override { return told_.match_prefix(key); }
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override { told_.copy_pages(handle, out); }
  CacheHandle whole_pages(const CacheHandle& handle) const override { return told_.whole_pages(handle); }
  void lock_handle(const CacheHandle& handle) override { told_.lock_handle(handle); }
  void unlock_handle(const CacheHandle& handle) override { told_.unlock_handle(handle); }
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override {
    return told_.insert_prefix(key, pages, from);
  }
  std::vector<PageId> evict(std::size_t num_pages) override { return told_.evict(num_pages); }
  void retain(const CacheHandle& handle, std::int32_t priority, std::uint64_t duration) override {
    told_.retain(handle, priority, duration);
  }
  void rename_pages(std::span<const PageMove> moves) override { told_.rename_pages(moves); }
  void request_ended(PrefixKey key, std::size_t found) override { told_.request_ended(key, found); }
  std::vector<PageId> reset() override { return told_.reset(); }
  SizeInfo size_info() const override { return told_.size_info(); }
  Snapshot snapshot() const override { return told_.snapshot(); }

 private:
  BaseCacheManager& told_;
};

/// Chapter 01's desk over a manager that admits, over a watched one.
class Admitting : public testing::Test {
 protected:
  static constexpr std::size_t kP = 4, kPages = 24;
  static constexpr AdaptiveOptions kLimits{.min_prefix_length = 4, .max_prefix_length = 80};

  RadixCacheManager tree{{.page_size = kP}};
  Story story{tree, kP, false};
  AdmittingManager cache{std::make_unique<Lent>(story), kP, kLimits};
  FakeKv kv{kPages, kP};
  FreeList list{kPages};
  OnGive source{list, [this](PageId page) { kv.poison(page); }};
  CacheManager desk{cache, source, kv, kP};

  static Text text(TokenId first, std::size_t n) {
    Text all(n);
    std::iota(all.begin(), all.end(), first);
    return all;
  }
  void compute(Request& r, std::size_t end) {
    kv.write({std::span(r.tokens).first(end), r.cache_salt}, r.pages, std::exchange(r.computed, end));
  }
  Request start(const Text& tokens, std::uint32_t salt = 0) {
    Request r{.tokens = tokens, .cache_salt = salt};
    if (!desk.start(r)) throw std::logic_error("start says that there is no room, but the test has left it room");
    return r;
  }
  Request run_to_the_end(const Text& tokens, std::uint32_t salt = 0) {
    Request r = start(tokens, salt);
    compute(r, tokens.size());
    return r;
  }
  void serve(const Text& tokens, std::uint32_t salt = 0) {
    Request r = run_to_the_end(tokens, salt);
    desk.finish(r);
  }
  std::size_t cached() const { return cache.size_info().total_size(); }  // [pages]
  void expect_nothing_lost(std::initializer_list<const Request*> running, const std::string& when) {
    std::size_t own = 0;
    for (const Request* r : running) {
      own += r->pages.size() - r->handle.cached_len / kP;
      EXPECT_NO_THROW(kv.check({std::span(r->tokens).first(r->computed), r->cache_salt}, r->pages)) << when;
    }
    EXPECT_EQ(source.free_count() + cached() + own, kPages) << "I4: " << when;
    EXPECT_NO_THROW(story.check_state(story.snapshot())) << when;
  }
  void TearDown() override {
    expect_nothing_lost({}, "all is done");
    desk.reset();
    EXPECT_EQ(source.free_count(), kPages) << "I4: nothing is cached and nobody runs";
  }
};

TEST_F(Admitting, TheThirdRequestIsCached) {
  for (int request = 1; request <= 4; ++request) {
    Request r = run_to_the_end(text(1, 10));
    EXPECT_EQ(r.hit, request > 3 ? 8u : 0u) << "request " << request << " of one text";
    desk.finish(r);
    EXPECT_EQ(cached(), request < 3 ? 0u : 2u) << "request " << request << " of one text of two pages and a part";
    expect_nothing_lost({}, "a request is done");
  }
  EXPECT_EQ(cache.refused(), 3u) << "two were refused, and the fourth held all of it already";
}

TEST_F(Admitting, OfManyTextsTheirCommonPrefix) {
  for (TokenId own = 1; own <= 4; ++own) {
    Text prompt = text(1, 8);
    for (TokenId i = 0; i < 12; ++i) prompt.push_back(100 * own + i);
    serve(prompt);
  }
  EXPECT_EQ(cached(), 2u) << "eight tokens came four times, and what stands behind them once each";
}

TEST_F(Admitting, ChunksKeepTheirRequestsPages) {
  for (int again = 0; again < 2; ++again) {
    Request r = start(text(1, 20));
    for (const std::size_t end : {6, 12, 20}) {
      compute(r, end);
      desk.chunk_done(r);
      EXPECT_EQ(cached(), 0u) << "no request with this text has come to its end twice";
      expect_nothing_lost({&r}, "a chunk was refused");
    }
    desk.finish(r);
  }
  Request r = start(text(1, 20));
  compute(r, 10);
  desk.chunk_done(r);
  EXPECT_EQ(cached(), 2u) << "the third request's first chunk has two whole pages";
  EXPECT_EQ(r.handle.cached_len, 8u) << "it holds them locked";
  expect_nothing_lost({&r}, "a chunk was admitted");
  compute(r, 20);
  desk.chunk_done(r);
  EXPECT_EQ(cached(), 5u);
  expect_nothing_lost({&r}, "the rest was admitted");
  desk.finish(r);
}

// Refused at its chunk, and admitted at its end: another request with this text came to its end in between.
TEST_F(Admitting, AdmittedLaterThanItsChunk) {
  serve(text(1, 20));
  Request a = run_to_the_end(text(1, 20)), b = run_to_the_end(text(1, 20));
  desk.chunk_done(a);
  EXPECT_EQ(cached(), 0u);
  desk.finish(b);
  desk.chunk_done(a);
  EXPECT_EQ(cached(), 5u) << "two requests with this text are done by now";
  expect_nothing_lost({&a}, "it was admitted at its second try");
  desk.finish(a);
}

TEST_F(Admitting, TwinsGoOnWithOneCopy) {
  serve(text(1, 16)), serve(text(1, 16));
  Request a = run_to_the_end(text(1, 16)), b = run_to_the_end(text(1, 16));
  desk.chunk_done(a), desk.chunk_done(b);
  EXPECT_EQ(a.pages, b.pages) << "I21: both were admitted, and the second goes on with the first one's pages";
  expect_nothing_lost({&a, &b}, "twins were admitted");
  desk.finish(a), desk.finish(b);
}

TEST_F(Admitting, AForkOfWhatIsRefusedCopiesIt) {
  Request a = start(text(1, 20));
  compute(a, 10);
  std::optional<Request> b = desk.fork(a);
  ASSERT_TRUE(b);
  EXPECT_EQ(kv.copied_tokens(), 10u) << "nothing of it is published: all of it is copied";
  expect_nothing_lost({&a, &*b}, "a request was forked whose text is refused");
  compute(a, 20);
  desk.finish(a);
  expect_nothing_lost({&*b}, "the original is done");
  compute(*b, 20);
  desk.finish(*b);
}

TEST_F(Admitting, ATextOfMostOfThePoolIsAdmitted) {
  for (const TokenId first : {1, 500}) {
    for (int again = 0; again < 3; ++again) serve(text(first, 60));
    EXPECT_EQ(cached(), 15u) << "9 of 24 pages are free while it runs, and its own 15 lie in the pool already";
  }
}

TEST_F(Admitting, EveryTenantCountsForItself) {
  serve(text(1, 16), 1), serve(text(1, 16), 1);
  serve(text(1, 16), 2);
  EXPECT_EQ(cached(), 0u) << "I11: two of another tenant's requests had this text, and none of its own";
  serve(text(1, 16), 1);
  EXPECT_EQ(cached(), 4u) << "its own tenant's third";
}

TEST_F(Admitting, ResetForgetsTheCounts) {
  for (int again = 0; again < 3; ++again) serve(text(1, 16));
  Request r = start(text(1, 16));
  expect_refused("I37", [&] { desk.reset(); });
  desk.finish(r);
  desk.reset();
  EXPECT_EQ(source.free_count(), kPages);
  for (int again = 0; again < 2; ++again) serve(text(1, 16));
  EXPECT_EQ(cached(), 0u) << "two requests since the reset";
}

TEST_F(Admitting, NoRequestsEndFailsForItsNotes) {
  AdmittingManager plain(std::make_unique<RadixCacheManager>(RadixOptions{.page_size = kP}), kP, kLimits);
  const Text some = text(1, 40);
  std::size_t tried = 0;
  for (std::uint32_t salt = 1; AllocationFault::seen >= tried; ++salt) {
    const AllocationFault fault(++tried);
    const FailHere counts(true);
    EXPECT_NO_THROW(plain.request_ended({some, salt}, 0)) << "allocation " << tried << " fails";
  }
  EXPECT_GT(tried, 5u);
}

TEST_F(Admitting, WrongArgumentsAreRefused) {
  const Text some = text(1, 8);
  const std::vector<PageId> one_page = {0};
  EXPECT_THROW(cache.insert_prefix(some, one_page, {}), std::invalid_argument) << "eight tokens are two pages";
  const auto made = [](std::size_t page_size, AdaptiveOptions limits) {
    AdmittingManager manager(std::make_unique<RadixCacheManager>(), page_size, limits);
  };
  EXPECT_THROW(made(0, {}), std::invalid_argument);
  EXPECT_THROW(made(1, {.min_prefix_length = 0}), std::invalid_argument);
  EXPECT_THROW(made(1, {.min_prefix_length = 9, .max_prefix_length = 8}), std::invalid_argument);
}

/// Chapter 01's desk, and the admission that it asks.
struct AdmittingDesk : private AdmittingManager, public CacheManager {
  AdmittingDesk(BaseCacheManager& cache, PageSource& source, KvStore& kv, std::size_t page_size)
      : AdmittingManager(std::make_unique<Lent>(cache), page_size, {2, 30}),
        CacheManager(static_cast<AdmittingManager&>(*this), source, kv, page_size) {}
};

// Random lives check every rule after each step. Their own calls, beside the desk, go to the Story itself.
class AdmittingLives : public testing::TestWithParam<std::string_view> {};

TEST_P(AdmittingLives, NoRuleIsBroken) {
  for (const std::size_t P : {1, 3, 4}) {
    LifeCounts sum;
    for (std::uint64_t seed = 1; seed <= num_lives(12, 3); ++seed) {
      LifeOptions life = life_options(P, seed);
      life.make_desk = [](BaseCacheManager& cache, PageSource& source, KvStore& kv, std::size_t page_size) {
        return std::make_unique<AdmittingDesk>(cache, source, kv, page_size);
      };
      const ManagedPool made =
          create_cache_manager(GetParam(), {.page_size = P, .num_pages = life.num_pages, .watch = true});
      ASSERT_NO_THROW(sum += random_life(*made.story, *made.source, life)) << "P = " << P << ", seed " << seed;
    }
    EXPECT_GT(sum.reused, RADIXLAB_SHORT ? 20u : 100u) << "else nothing was admitted, P = " << P;
    EXPECT_GT(sum.forks, RADIXLAB_SHORT ? 2u : 10u);
    EXPECT_GT(sum.twins, RADIXLAB_SHORT ? 2u : 10u);
    std::printf("%s, P = %zu: %zu requests, %zu tokens reused, %zu evicted, %zu forks, %zu aborted\n",
                std::string(GetParam()).c_str(), P, sum.requests, sum.reused, sum.evicted, sum.forks, sum.aborts);
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, AdmittingLives, testing::Values("lcp", "hash", "radix", "paged"),
                         [](const auto& row) { return std::string(row.param); });

struct NoKv : KvStore {
  void copy_kv(PageId, PageId, std::size_t) override {}
};

struct Served {
  std::size_t hits = 0, cached = 0;  // [tokens], [pages] at the end
};

Served serve(const CacheWorkload& work, std::size_t requests, std::size_t capacity, std::size_t P, bool adaptive) {
  FreeList source(capacity / P);
  auto tree = std::make_unique<RadixCacheManager>(RadixOptions{.page_size = P});
  std::unique_ptr<BaseCacheManager> cache = std::move(tree);
  if (adaptive) cache = std::make_unique<AdmittingManager>(std::move(cache), P);
  NoKv kv;
  CacheManager desk(*cache, source, kv, P);
  Served served;
  for (const Text& tokens : std::span(work.requests).first(requests)) {
    Request r{.tokens = tokens};
    if (!desk.start(r)) throw std::logic_error("a request has no room alone");
    served.hits += r.hit;
    r.computed = tokens.size();
    desk.finish(r);
  }
  served.cached = cache->size_info().total_size();
  if (source.free_count() + served.cached != capacity / P) throw IntegrityError("I4: a page is lost");
  return served;
}

class AdmissionBesideAll : public testing::TestWithParam<char> {};

// Each workload with room for all, and for a quarter of its tokens that are different. It begins only, if it is long.
TEST_P(AdmissionBesideAll, HitRates) {
  constexpr std::size_t kP = 16, kMost = RADIXLAB_SHORT ? 200'000 : 4'100'000;  // [tokens]
  const CacheWorkload work = make_cache_workload(GetParam()).value();
  std::size_t requests = 0, tokens = 0, longest = 0;
  for (; requests < work.requests.size() && tokens < kMost; ++requests) {
    const std::size_t length = work.requests[requests].size();
    tokens += length, longest = std::max(longest, length);
  }
  const auto compare = [&](const char* room, std::size_t capacity) {
    const Served all = serve(work, requests, capacity, kP, false), some = serve(work, requests, capacity, kP, true);
    std::printf(
        "%c, room for %s: of 1000 tokens %zu are found with all admitted, %zu pages cached; adaptive: %zu, %zu\n",
        GetParam(), room, all.hits * 1000 / tokens, all.cached, some.hits * 1000 / tokens, some.cached);
    return std::pair(all, some);
  };
  const auto [all, some] = compare("all", tokens + requests * kP);
  EXPECT_LE(some.hits, all.hits) << "where all has room, nobody finds more than who refuses nothing";
  EXPECT_LE(some.cached, all.cached);
  compare("a quarter", std::max(all.cached * kP / 4, longest + kP));
}

INSTANTIATE_TEST_SUITE_P(Workloads, AdmissionBesideAll,
                         testing::ValuesIn(std::string_view("abcdegh")),  // f is b with less room
                         [](const auto& letter) { return std::string(1, letter.param); });

}  // namespace
}  // namespace radixlab
