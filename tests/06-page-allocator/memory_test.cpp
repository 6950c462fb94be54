// Chapter 06: memory runs out in the middle of a call, at each allocation that it makes. A call that fails has changed nothing,
// and made again it gives what it would have given.
#include <functional>

#include "../conformance/failing_allocations.hpp"
#include "paged_desk.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

// A cache with pages of two tokens.
struct SmallPaged {
  std::shared_ptr<PageAllocator> pages = std::make_shared<PageAllocator>(64);
  PagedRadixCache cache{pages, {.page_size = 2, .partial_hits = true}};

  Pages take(std::size_t n) { return take_pages(*pages, n); }
  CacheHandle store(const Text& text) {
    const Pages own = take(text.size() / 2);
    const CacheHandle held = cache.insert_prefix(text, own, {}).handle;
    for (const PageId page : own)
      if (pages->slot(page).owner == PageOwner::request) pages->deallocate(page);
    return held;
  }
};

class Lab06Memory : public testing::Test {
 protected:
  using Prepare = std::function<void(SmallPaged&)>;
  using Call = std::function<void(SmallPaged&)>;

  // The call fails at its first, its second, ... allocation, each time in a new world, until it makes no more.
  static void at_every_allocation(const std::string& name, const Prepare& prepare, const Call& call) {
    for (std::size_t k = 1; !HasFailure(); ++k) {
      SmallPaged world;
      prepare(world);
      const AllPages before(*world.pages);
      const SizeInfo sizes = world.cache.size_info();
      const std::string when = "memory ran out at allocation " + std::to_string(k) + " of " + name;
      try {
        const AllocationFault fault(k);
        const FailHere here(true);
        call(world);
        if (AllocationFault::seen < k) return;
      } catch (const std::bad_alloc&) {
        expect_same(before, *world.pages, when + ", and a call that fails changes nothing: give back what was given");
        EXPECT_EQ(world.cache.size_info(), sizes) << when << ", and the tree is another";
        expect_counts_fit(world.cache, when);
        if (HasFailure()) return;
        EXPECT_NO_THROW(call(world)) << when << ". Made again, it should go through";
      }
      EXPECT_NO_THROW(world.cache.check_integrity()) << when;
      expect_counts_fit(world.cache, when + ", and it was made again");
    }
  }
};

TEST_F(Lab06Memory, T3_AFailedInsertGivesNothing) {
  for (const std::size_t texts : {0, 1, 3, 7})
    for (const bool goes_on : {false, true}) {
      Pages own;
      CacheHandle from;
      at_every_allocation(
          std::string("insert_prefix of ") + (goes_on ? "the next chunk" : "a new text") + " beside " +
              std::to_string(texts) + " texts",
          [&](SmallPaged& w) {
            for (std::size_t i = 0; i < texts; ++i) w.store({1, 2, static_cast<TokenId>(10 + i), 0});
            own = w.take(3);
            std::swap(own[0], own[2]);  // a list, no neighbours
            from = {};
            if (goes_on) from = w.cache.insert_prefix(Text{5, 5}, Pages{own[0]}, {}).handle;
          },
          [&](SmallPaged& w) {
            w.cache.insert_prefix(Text{5, 5, 6, 6, 7, 7}, own, from);
          });
    }
}

TEST_F(Lab06Memory, T3_LocksNeverFail) {
  SmallPaged w;
  w.cache.lock_handle({}), w.cache.unlock_handle({});  // say here that they are not written yet
  const CacheHandle whole = w.store({1, 2, 3, 4, 5, 6, 7, 8});
  const CacheHandle part = w.cache.match_prefix(PrefixKey(Text{1, 2, 3}));
  for (const CacheHandle& handle : {whole, part}) {
    const AllocationFault no_memory(1);
    const FailHere here(true);
    EXPECT_NO_THROW(w.cache.lock_handle(handle)) << "no memory is left, and to lock a good handle never fails";
  }
  for (const CacheHandle& handle : {part, whole}) {
    const AllocationFault no_memory(1);
    const FailHere here(true);
    EXPECT_NO_THROW(w.cache.unlock_handle(handle))
        << "no memory is left, and to unlock a good handle never fails: who cleans up relies on it";
  }
  expect_counts_fit(w.cache, "all was locked and unlocked without memory");
}

TEST_F(Lab06Memory, T3_AFailedEvictHandsOutNothing) {
  at_every_allocation(
      "evict(3)",
      [](SmallPaged& w) {
        for (TokenId i = 0; i < 4; ++i) w.store({i, i, 3, 3});
      },
      [](SmallPaged& w) {
        const Pages evicted = w.cache.evict(3);
        const FailHere our_words(false);
        for (const PageId page : evicted)
          expect_page(*w.pages, page, PageOwner::request, 1, "evict hands it to its caller");
      });
}

TEST_F(Lab06Memory, T5_AFailedLookUpChangesNothing) {
  for (const std::size_t texts : {1, 5, 28})  // of so many the table of children makes an order
    at_every_allocation(
        "match_prefix that ends inside a page, beside " + std::to_string(texts) + " texts",
        [&](SmallPaged& w) {
          for (std::size_t i = 0; i < texts; ++i) w.store({static_cast<TokenId>(i), 2, 3, 4});
        },
        [](SmallPaged& w) {
          const std::size_t found = w.cache.match_prefix(PrefixKey(Text{0, 9})).cached_len;
          const FailHere our_words(false);
          EXPECT_EQ(found, 1u) << "one token agrees";
        });
}

// At the desk: the manager's and the desk's own allocations.
class Lab06DeskMemory : public PagedDesk {
 protected:
  void TearDown() override {}  // the story has seen nothing: it would allocate, too
  PagedCacheManager unwatched{manager, source, kv, kP, *pages};

  void publish(const Text& tokens) {
    Request r{.tokens = tokens};
    unwatched.start(r);
    compute(r, tokens.size());
    unwatched.finish(r);
  }
  // The call fails at its first, its second, ... allocation, until it makes no more and goes through.
  void at_every_allocation(const std::string& name, const Running& running, const std::function<void()>& call) {
    for (std::size_t k = 1; !HasFailure(); ++k) {
      const std::string when = "memory ran out at allocation " + std::to_string(k) + " of " + name;
      const AllocatorStats before = pages->get_stats();
      std::vector<std::pair<Pages, CacheHandle>> tables;
      for (const Request* r : running) tables.emplace_back(r->pages, r->handle);
      try {
        const AllocationFault fault(k);
        const FailHere here(true);
        call();
        ASSERT_LT(AllocationFault::seen, k) << name << " went on without its memory";
        return;
      } catch (const std::bad_alloc&) {
        EXPECT_EQ(pages->get_stats(), before) << when << ": pages are in use, or shared, that were not before";
        for (std::size_t i = 0; i < running.size(); ++i)
          EXPECT_EQ(std::pair(running[i]->pages, running[i]->handle), tables[i]) << when << ": a page table is another";
        expect_counts_fit(manager, when);
      }
    }
  }
};

TEST_F(Lab06DeskMemory, T6_AFailedForkSharesNothing) {
  for (const TokenId first : {100, 200, 300}) publish(text(first, 16));  // 12 pages, so that room is made by eviction
  Request a{.tokens = text(1, 15)};
  ASSERT_TRUE(unwatched.start(a));
  compute(a, 10);
  unwatched.chunk_done(a);
  std::optional<Request> twin;
  at_every_allocation("fork", {&a}, [&] { twin = unwatched.fork(a); });
  ASSERT_TRUE(twin) << "made again, it goes through";
  at_every_allocation("make_writable", {&a, &*twin}, [&] { unwatched.make_writable(*twin); });
  EXPECT_NE(twin->pages[2], a.pages[2]) << "made again, it goes through";
  EXPECT_NO_THROW(kv.check({std::span(a.tokens).first(10), 0}, twin->pages));
  unwatched.finish(a), unwatched.finish(*twin);
  EXPECT_EQ(source.free_count() + manager.size_info().total_size(), 16u) << "I4: both are done";
}

TEST_F(Lab06DeskMemory, T4_AFailedCompactionChangesNothing) {
  for (const TokenId first : {100, 200, 300}) publish(text(first, 8));
  Request a{.tokens = text(1, 10)};
  ASSERT_TRUE(unwatched.start(a));
  compute(a, 10);
  unwatched.chunk_done(a);
  for (const PageId page : manager.evict(2)) source.give(page);
  Request* const running[] = {&a};
  at_every_allocation("compact", {&a}, [&] { unwatched.compact(running); });
  EXPECT_TRUE(pages->compaction().empty()) << "made again, it goes through";
  EXPECT_NO_THROW(kv.check({std::span(a.tokens).first(10), 0}, a.pages));
  unwatched.finish(a);
}

}  // namespace
}  // namespace radixlab
