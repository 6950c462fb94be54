// The desk on every manager: room, partial failure, and a fault at each call that it makes.
#include <gmock/gmock.h>

#include "01-naive-manager/scheduler_cache.hpp"
#include "row_kinds.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

/// Throws at one of the calls that come through it, before (no effect) the manager is asked.
class Faulty : public BaseCacheManager {
 public:
  explicit Faulty(BaseCacheManager& told) : told_(told) {}
  CacheHandle match_prefix(PrefixKey key) override { return tick(), told_.match_prefix(key); }
  void copy_pages(const CacheHandle& handle, std::span<PageId> out) const override {
    tick(), told_.copy_pages(handle, out);
  }
  CacheHandle whole_pages(const CacheHandle& handle) const override { return tick(), told_.whole_pages(handle); }
  void lock_handle(const CacheHandle& handle) override { tick(), told_.lock_handle(handle); }
  void unlock_handle(const CacheHandle& handle) override { tick(), told_.unlock_handle(handle); }
  InsertResult insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) override {
    return tick(), told_.insert_prefix(key, pages, from);
  }
  std::vector<PageId> evict(std::size_t num_pages) override { return tick(), told_.evict(num_pages); }
  void rename_pages(std::span<const PageMove> moves) override { tick(), told_.rename_pages(moves); }
  void request_ended(PrefixKey key, std::size_t found) override { told_.request_ended(key, found); }  // never fails
  std::vector<PageId> reset() override { return tick(), told_.reset(); }
  SizeInfo size_info() const override { return tick(), told_.size_info(); }
  Snapshot snapshot() const override { return told_.snapshot(); }

  mutable std::size_t fail_in = 0;  ///< calls until the fault; 0: none comes

 private:
  void tick() const {
    if (fail_in > 0 && --fail_in == 0) throw std::runtime_error("fault");
  }
  BaseCacheManager& told_;
};

struct FailingKv : FakeKv {
  using FakeKv::FakeKv;
  bool fails = false;
  void copy_kv(PageId from, PageId to, std::size_t tokens) override {
    if (fails) throw std::runtime_error("the device is gone");
    FakeKv::copy_kv(from, to, tokens);
  }
};

class Desk : public testing::TestWithParam<Cell> {
 protected:
  std::size_t P = GetParam().page_size;
  ManagedPool made = GetParam().make(12);
  Faulty cache{*made.manager};
  FailingKv kv{12, P};
  CacheManager desk{cache, *made.source, kv, P};
  bool stores = kind_of(*GetParam().row) != Kind::stores_nothing;

  Request request(std::size_t pages, TokenId first) const {
    Request r;
    for (std::size_t i = 0; i < pages * P; ++i) r.tokens.push_back(first + static_cast<TokenId>(i));
    return r;
  }
  void compute(Request& r, std::size_t tokens) {
    const std::size_t begin = r.computed;
    r.computed = tokens;
    kv.write({std::span(r.tokens).first(tokens), r.cache_salt}, r.pages, begin);
  }
  void run_whole(Request r) {
    ASSERT_TRUE(desk.start(r));
    compute(r, r.tokens.size());
    desk.finish(r);
  }
  // I4 and I18, with these requests alive.
  void expect_nothing_lost(std::initializer_list<const Request*> live) const {
    std::size_t own = 0;
    for (const Request* r : live)
      for (const PageId page : r->pages) own += made.story->mirror().find(page) == nullptr;
    EXPECT_EQ(made.source->free_count() + made.story->mirror().pages().size() + own, 12u);
    EXPECT_NO_THROW(made.story->same_as_snapshot());
    EXPECT_NO_THROW(made.story->check_integrity());
  }
  // Fails the call at its first, second, ... step, until it gets through; each failure must leave everything as it was.
  template <class Call>
  std::size_t fail_at_each_step(Call call, std::initializer_list<const Request*> live) {
    for (std::size_t step = 1;; ++step) {
      std::vector<Request> before;
      for (const Request* r : live) before.push_back(*r);
      const std::size_t free = made.source->free_count();
      cache.fail_in = step;
      try {
        call();
        cache.fail_in = 0;
        return step - 1;
      } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "fault");
      }
      EXPECT_EQ(cache.fail_in, 0u);
      expect_nothing_lost(live);
      EXPECT_GE(made.source->free_count(), free);  // what was evicted for it stays free
      std::size_t i = 0;
      for (const Request* r : live) {
        EXPECT_EQ(r->pages, before[i].pages);
        EXPECT_EQ(r->handle, before[i++].handle);
      }
    }
  }
};

TEST_P(Desk, AFaultAtAnyStepChangesNothing) {
  run_whole(request(4, 0));
  run_whole(request(5, 1000));  // with a store, 3 pages are free now
  Request r = request(6, 0);
  EXPECT_GE(fail_at_each_step([&] { ASSERT_TRUE(desk.start(r)); }, {&r}), 3u);
  EXPECT_EQ(r.hit, stores ? 4 * P - (P == 1 && r.tokens.size() == 4) : 0);
  compute(r, 5 * P);
  fail_at_each_step([&] { desk.chunk_done(r); }, {&r});
  fail_at_each_step([&] { ASSERT_TRUE(desk.grow(r, 8 * P)); }, {&r});
  compute(r, 6 * P);
  fail_at_each_step([&] { desk.finish(r); }, {&r});
  EXPECT_EQ(r.pages.size(), 0u);
  fail_at_each_step([&] { desk.reset(); }, {});
  EXPECT_EQ(made.source->free_count(), 12u);
}

TEST_P(Desk, I8_OneTokenIsLeftToCompute) {
  run_whole(request(4, 0));
  Request again = request(4, 0);
  ASSERT_TRUE(desk.start(again));
  EXPECT_EQ(again.hit, stores ? 3 * P : 0);
  desk.finish(again);
  expect_nothing_lost({});
}

TEST_P(Desk, I20_RoomIsCountedAfterTheLock) {
  run_whole(request(6, 0));
  Request other = request(5, 1000);
  ASSERT_TRUE(desk.start(other));  // with a store: 6 cached, 5 private, 1 free
  Request longer = request(8, 0);  // 6 shared, 2 more: there is 1, and its own hit must not pay for the rest
  EXPECT_EQ(desk.start(longer), false);
  EXPECT_EQ(longer.pages.size(), 0u);
  EXPECT_EQ(made.story->mirror().pages().size(), stores ? 6u : 0u);
  expect_nothing_lost({&other});
  desk.finish(other);
}

TEST_P(Desk, I21_TwinsKeepOneCopy) {
  Request a = request(3, 0), b = request(3, 0);
  ASSERT_TRUE(desk.start(a));
  ASSERT_TRUE(desk.start(b));
  compute(a, 2 * P);
  compute(b, 3 * P);
  desk.chunk_done(a);
  desk.chunk_done(b);  // b goes on with a's two pages and has freed its own
  expect_nothing_lost({&a, &b});
  compute(a, 3 * P);
  kv.check({b.tokens, 0}, b.pages);
  desk.finish(a);  // a's last page is b's already
  expect_nothing_lost({&b});
  kv.check({b.tokens, 0}, b.pages);
  desk.finish(b);
  expect_nothing_lost({});
  EXPECT_EQ(made.source->free_count(), stores ? 9u : 12u);
}

TEST_P(Desk, I23_TheLastGeneratedTokenIsNotPublished) {
  Request r = request(2, 0);
  ASSERT_TRUE(desk.start(r));
  compute(r, 2 * P);
  for (std::size_t i = 0; i < P; ++i) {
    r.tokens.push_back(7);
    ASSERT_TRUE(desk.grow(r, r.tokens.size()));
    if (i + 1 < P) compute(r, r.tokens.size());
  }
  desk.finish(r);  // the last of three pages has one token without KV
  EXPECT_EQ(made.story->mirror().pages().size(), stores ? 2u : 0u);
  expect_nothing_lost({});
}

TEST_P(Desk, I22_AForkSharesWholePagesAndCopiesTheRest) {
  Request r = request(4, 0);
  ASSERT_TRUE(desk.start(r));
  compute(r, 3 * P - P / 2);
  desk.chunk_done(r);
  std::optional<Request> twin;
  EXPECT_GE(fail_at_each_step([&] { twin = desk.fork(r); }, {&r}), 4u);
  ASSERT_TRUE(twin);
  EXPECT_EQ(twin->hit, r.computed) << "all of it was there when the twin began";
  const std::size_t shared = stores ? r.computed / P : 0;
  EXPECT_TRUE(std::equal(r.pages.begin(), r.pages.begin() + static_cast<std::ptrdiff_t>(shared), twin->pages.begin()));
  for (std::size_t i = shared; i < twin->pages.size(); ++i) EXPECT_EQ(std::ranges::count(r.pages, twin->pages[i]), 0);
  EXPECT_EQ(kv.copied_tokens(), r.computed - shared * P);
  expect_nothing_lost({&r, &*twin});
  std::ranges::fill(twin->tokens.begin() + static_cast<std::ptrdiff_t>(r.computed), twin->tokens.end(), -1);
  for (Request* one : {&r, &*twin}) {
    EXPECT_TRUE(desk.make_writable(*one));
    compute(*one, 4 * P);
  }
  for (const Request* one : {&r, &*twin}) kv.check({one->tokens, 0}, one->pages);
  desk.finish(r);
  kv.check({twin->tokens, 0}, twin->pages);
  desk.finish(*twin);
  expect_nothing_lost({});
  EXPECT_EQ(made.story->size_info().protected_size, 0u);
}

TEST_P(Desk, I22_AForkWithoutRoomTakesNothing) {
  Request r = request(4, 0), other = request(7, 1000);
  ASSERT_TRUE(desk.start(r));
  ASSERT_TRUE(desk.start(other));
  compute(r, 2 * P);
  const std::size_t free = made.source->free_count();
  EXPECT_FALSE(desk.fork(r)) << "2 more pages at least, and 1 is free";
  EXPECT_EQ(made.source->free_count(), free);
  expect_nothing_lost({&r, &other});
  desk.finish(r), desk.finish(other);
  EXPECT_THROW(desk.fork(r), std::logic_error) << "it is not running";
  EXPECT_EQ(made.story->size_info().protected_size, 0u);
}

TEST_P(Desk, I4_AForkWhoseCopyFailsTakesNothing) {
  if (stores && P == 1) return;  // all its pages are whole, and none is copied
  Request r = request(4, 0);
  ASSERT_TRUE(desk.start(r));
  compute(r, 3 * P - P / 2);
  desk.chunk_done(r);
  const std::size_t free = made.source->free_count();
  kv.fails = true;
  EXPECT_THROW(desk.fork(r), std::runtime_error);
  EXPECT_EQ(made.source->free_count(), free) << "the twin's own pages, and no others, come back";
  expect_nothing_lost({&r});
  desk.finish(r);
  EXPECT_EQ(made.story->size_info().protected_size, 0u) << "I18: the twin's lock is gone with it";
}

TEST_P(Desk, I38_AloneInAPoolThatJustHoldsIt) {
  run_whole(request(9, 0));
  Request r = request(4, 0);
  r.tokens.back() = -1;
  ASSERT_TRUE(desk.start(r));
  for (;;) {
    compute(r, r.tokens.size());
    desk.chunk_done(r);
    if (r.tokens.size() == 12 * P) break;
    r.tokens.push_back(5000 + static_cast<TokenId>(r.tokens.size()));
    if (desk.grow(r, r.tokens.size())) continue;
    desk.finish(r);  // as the engine does: what is computed may be found again
    ASSERT_TRUE(desk.start(r)) << "at " << r.tokens.size() << " tokens";
  }
  kv.check({r.tokens, 0}, r.pages);
  desk.finish(r);
  expect_nothing_lost({});
}

TEST_P(Desk, BadCallsAreRefused) {
  Request r;
  EXPECT_THROW(desk.start(r), std::invalid_argument);
  r = request(2, 0);
  ASSERT_TRUE(desk.start(r));
  EXPECT_THROW(desk.start(r), std::logic_error);
  r.computed = 2 * P + 1;
  EXPECT_THROW(desk.chunk_done(r), std::invalid_argument);
  r.computed = 0;
  desk.finish(r);
  desk.finish(r);  // it is not running: nothing happens
  Request too_long = request(13, 0);
  EXPECT_FALSE(desk.start(too_long));
  expect_nothing_lost({});
}

// Texts of many pages: where a page is a whole text, rows_test.cpp has its own.
INSTANTIATE_TEST_SUITE_P(Ladder, Desk, testing::ValuesIn(cells({Kind::stores_nothing, Kind::whole_pages})), cell_name);

}  // namespace
}  // namespace radixlab
