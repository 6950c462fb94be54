// Chapter 02, tasks 2.4 and 2.6: memory runs out in the middle of a call, at each allocation that it makes. A call that
// fails has changed nothing, and made again it gives what it would have given.
#include <gmock/gmock.h>
#include <new>

#include "../conformance/failing_allocations.hpp"
#include "02-longest-common-prefix/lcp_cache_manager.hpp"
#include "contract/todo.hpp"
#include "testing/own_process.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

class Lab02Memory : public testing::Test {
 protected:
  using Call = std::function<std::string(BaseCacheManager&)>;

  // Pages of two tokens, and entries that have their first page in common.
  static void store(BaseCacheManager& manager, std::size_t entries) {
    for (std::size_t i = 0; i < entries; ++i) {
      const auto own = static_cast<TokenId>(10 + i);
      const auto page = static_cast<PageId>(2 * i);
      manager.insert_prefix(Text{1, 2, own, own}, Pages{page, page + 1}, {});
    }
  }
  // The pool's name for the entry is in the answer: one that a failed call took and never gave back is lost.
  static std::string insert(BaseCacheManager& manager, const Text& text, std::uint32_t salt) {
    const InsertResult stored = manager.insert_prefix({text, salt}, Pages{100, 101, 102}, {});
    Pages named(stored.handle.cached_len / 2);
    manager.copy_pages(stored.handle, named);
    return std::to_string(stored.cached_len) + " tokens cached before, entry " + std::to_string(stored.handle.node) +
           " on pages " + testing::PrintToString(named);
  }
  static std::string evict(BaseCacheManager& manager, std::size_t num_pages) {
    return "pages " + testing::PrintToString(manager.evict(num_pages));
  }
  static std::string answer(const Call& call, BaseCacheManager& manager) {
    try {
      return call(manager);
    } catch (const Todo&) {
      throw;
    } catch (const std::logic_error& error) {
      return error.what();
    }
  }

  // `call` fails at its first, its second, ... allocation, each time on a new manager, until it makes no more.
  static void at_every_allocation(const std::string& asked, const Call& prepare, const Call& call,
                                  const std::string& advice) {
    LcpCacheManager never_failed(2);
    prepare(never_failed);
    const std::string expected = call(never_failed);
    for (std::size_t k = 1; !HasFatalFailure(); ++k) {
      LcpCacheManager manager(2);
      Counted counted(manager);
      prepare(manager);
      const Snapshot before = manager.snapshot();
      const std::string when = "memory ran out at allocation " + std::to_string(k) + " of " + asked;
      try {
        const AllocationFault fault(k);
        call(counted);
        if (AllocationFault::seen < k) return;
      } catch (const std::bad_alloc&) {
        ASSERT_EQ(in_a_process_of_its_own([&] { return manager.snapshot() == before; }), End::right)
            << when << ". What fails changes nothing, but the snapshot is another one now, or crashes. " << advice;
        const std::string again = answer(call, manager);
        ASSERT_EQ(again, expected) << when << ". Made again it should give " << expected << ", not " << again << ". "
                                   << advice;
      }
    }
  }
};

TEST_F(Lab02Memory, T4_AFailedInsertChangesNothing) {
  const std::string advice = "Make room for all of it first, then change what others see";
  for (const std::size_t entries : {0, 1, 2, 3, 4, 8})
    for (const std::uint32_t salt : {0U, 1U})
      at_every_allocation(
          "an insert beside " + std::to_string(entries) + " entries", [&](auto& m) { return store(m, entries), ""; },
          [&](auto& m) {
            return insert(m, {1, 2, 7, 7, 8, 8}, salt);
          },
          advice);
}

TEST_F(Lab02Memory, T4_MakesRoomForEveryUnlock) {
  LcpCacheManager manager(2);
  std::vector<CacheHandle> held;
  for (PageId page = 0; page < 5; ++page) {
    const auto token = static_cast<TokenId>(page);
    held.push_back(manager.insert_prefix(Text{token, token}, Pages{page}, {}).handle);
    manager.lock_handle(held.back());
  }
  Counted counted(manager);
  for (const CacheHandle& handle : held) {
    const AllocationFault no_memory(1);
    ASSERT_NO_THROW(counted.unlock_handle(handle))
        << "five entries were stored, each was locked at once, and no memory is left. To unlock never fails, and "
           "brings an entry into order_: an insert makes room there for all entries, also those that are locked";
  }
}

TEST_F(Lab02Memory, T4_NotesTheLongestEntry) {
  at_every_allocation(
      "evict(1), which frees three pages",
      [](auto& m) {
        return insert(m, {1, 1, 2, 2, 3, 3}, 0);
      },
      [](auto& m) { return evict(m, 1); },
      "It makes room for one entry beyond what it is asked for: insert has to keep longest_");
}

TEST_F(Lab02Memory, T6_AFailedEvictForgetsNothing) {
  for (const std::size_t asked : {1, 2, 4})
    at_every_allocation(
        "evict(" + std::to_string(asked) + ") among five entries", [](auto& m) { return store(m, 5), ""; },
        [&](auto& m) { return evict(m, asked); },
        "Make room for all that may be freed (longest_) before you forget an entry");
}

}  // namespace
}  // namespace radixlab
