// Chapter 05: memory runs out in the middle of a call, at each allocation that it makes. A call that fails has changed
// nothing, and made again it gives what it would have given.
#include <functional>
#include <gmock/gmock.h>
#include <new>
#include <numeric>

#include "../conformance/failing_allocations.hpp"
#include "05-radix-tree/radix_cache_manager.hpp"
#include "contract/todo.hpp"
#include "testing/own_process.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

constexpr std::size_t kBlock = 256;  // nodes that a pool gets room for at a time

class Lab05Memory : public testing::Test {
 protected:
  using Call = std::function<std::string(BaseCacheManager&)>;
  struct Asked {
    std::string call;  // in words
    Call prepare, make;
    std::string advice;
    bool cuts = false;  // an edge, before what fails: nobody can see that (I9)
    RadixOptions options = {.page_size = 2};
  };

  // Texts of two pages, of which they have the first one in common: entries + 2 nodes, with the root.
  static void store(BaseCacheManager& manager, std::size_t entries) {
    for (std::size_t i = 0; i < entries; ++i) {
      const auto own = static_cast<TokenId>(10 + i);
      const auto page = static_cast<PageId>(1000 + 3 * i);
      manager.insert_prefix(Text{1, 2, own, own}, Pages{page, page + 1}, {});
    }
  }
  // The pool's name for the node is in the answer: one that a failed call took and never gave back is lost.
  static std::string insert(BaseCacheManager& manager, const Text& text, const CacheHandle& from = {},
                            std::uint32_t salt = 0) {
    Pages pages(text.size() / 2);
    for (std::size_t i = 0; i < pages.size(); ++i) pages[i] = static_cast<PageId>(3 * i);  // a list, no neighbours
    const InsertResult stored = manager.insert_prefix({text, salt}, pages, from);
    Pages named(stored.handle.cached_len / 2);
    manager.copy_pages(stored.handle, named);
    return std::to_string(stored.cached_len) + " tokens cached before, node " + std::to_string(stored.handle.node) +
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

  // The call fails at its first, its second, ... allocation, each time on a new manager, until it makes no more.
  static void at_every_allocation(const Asked& asked) {
    RadixCacheManager never_failed(asked.options);
    asked.prepare(never_failed);
    const std::string expected = asked.make(never_failed);
    for (std::size_t k = 1; !HasFatalFailure(); ++k) {
      RadixCacheManager manager(asked.options);
      Counted counted(manager);
      asked.prepare(manager);
      const Snapshot before = manager.snapshot();
      const std::string when = "memory ran out at allocation " + std::to_string(k) + " of " + asked.call;
      try {
        const AllocationFault fault(k);
        asked.make(counted);
        if (AllocationFault::seen < k) return;
      } catch (const std::bad_alloc&) {
        const auto is_as_before = [&] {
          const Snapshot now = manager.snapshot();
          return asked.cuts ? now.claimed == before.claimed : now == before;
        };
        ASSERT_EQ(in_a_process_of_its_own(is_as_before), End::right)
            << when << ". What fails changes nothing, but the snapshot is another one now, or crashes. "
            << asked.advice;
        const std::string again = answer(asked.make, manager);
        ASSERT_EQ(again, expected) << when << ". Made again it should give " << expected << ", not " << again << ". "
                                   << asked.advice;
        ASSERT_EQ(in_a_process_of_its_own([&] { return manager.snapshot() == never_failed.snapshot(); }), End::right)
            << when
            << ". Made again it should leave the tree as if it had not failed: the same nodes, and the same times "
            << "of their use, but something is left of the failed call. " << asked.advice;
      }
    }
  }
};

TEST_F(Lab05Memory, T2_AFailedSplitChangesNothing) {
  RadixTree tree(1);
  std::vector<RadixTree::Node*> nodes;
  while (tree.num_nodes() < kBlock) {  // with the root
    const auto token = static_cast<TokenId>(10 * nodes.size());
    nodes.push_back(&tree.insert(tree.root(0), Text{token, token + 1}, Pages{static_cast<PageId>(token), 7}));
  }
  RadixTree::Node& lower = *nodes.back();
  const TokenId first = lower.tokens[0];
  const auto split = [&](std::size_t fail_at) {
    const AllocationFault fault(fail_at);
    const FailHere here(true);
    tree.split_edge(lower, 1);
  };
  ASSERT_THROW(split(1), std::bad_alloc) << "the pool has no node left, and no memory for more: nodes_.make() throws";
  const char* const why = ": memory ran out for the upper node, and a call that fails changes nothing: make it first";
  EXPECT_EQ(lower.tokens.size(), 2u) << "the edge has lost tokens" << why;
  EXPECT_EQ(lower.pages.size(), 2u) << "the edge has lost pages" << why;
  EXPECT_EQ(lower.parent, tree.root(0).node) << "the node hangs elsewhere" << why;
  EXPECT_EQ(tree.find_child(*tree.root(0).node, Text{first}), &lower) << "its parent leads elsewhere" << why;
  if (HasFailure()) return;
  split(0);
  EXPECT_EQ(lower.tokens.size(), 1u) << "made again, with memory for it, the split goes through";
}

TEST_F(Lab05Memory, T2_SplitAsksForNoMemory) {
  RadixTree tree(1);
  RadixTree::Node& lower = tree.insert(tree.root(0), Text{1, 2, 3}, Pages{5, 3, 1});
  tree.split_edge(tree.insert(tree.root(0), Text{4, 5}, Pages{7, 9}), 1);  // says here that it is not written yet
  const auto split = [&] {
    const AllocationFault no_memory(1);
    const FailHere here(true);
    tree.split_edge(lower, 2);
  };
  EXPECT_NO_THROW(split())
      << "the pool has nodes, and tokens and pages are shared, not copied: a split needs no memory, "
         "and is O(1)";
}

TEST_F(Lab05Memory, T3_AFailedInsertChangesNothing) {
  for (const std::size_t siblings : {0, 1, 2, 3, 4, 6, 7, 12, 254, 255}) {
    for (std::size_t k = 1; !HasFatalFailure(); ++k) {
      RadixTree tree(1);
      const RadixTree::Position root = tree.root(0);
      for (TokenId i = 0; i < static_cast<TokenId>(siblings); ++i) tree.insert(root, Text{i}, Pages{PageId(i)});
      const std::size_t nodes = tree.num_nodes();
      const auto insert = [&](std::size_t fail_at) {
        const AllocationFault fault(fail_at);
        const FailHere here(true);
        tree.insert(root, Text{-1, -2}, Pages{400, 300});
        return AllocationFault::seen;
      };
      const std::string when = "memory ran out at allocation " + std::to_string(k) + " of an insert beside " +
                               std::to_string(siblings) + " siblings";
      try {
        if (insert(k) < k) break;
      } catch (const std::bad_alloc&) {
        ASSERT_EQ(tree.num_nodes(), nodes)
            << when << ": the pool counts a node that is not in the tree. The node is made when nothing else can fail: "
            << "before it comes room in the table of children, and the copies of tokens and pages";
        ASSERT_EQ(root.node->children.size(), siblings) << when << ": the parent has another number of children";
        insert(0);
        ASSERT_EQ(tree.num_nodes(), nodes + 1) << when << ": made again, with memory for it, the insert goes through";
      }
    }
  }
}

TEST_F(Lab05Memory, T4_LockAndUnlockNeverFail) {
  RadixCacheManager manager({.page_size = 2});
  Counted counted(manager);
  manager.lock_handle({}), manager.unlock_handle({});  // say here that they are not written yet
  std::vector<CacheHandle> held;
  for (TokenId i = 0; i < 40; ++i) {
    const Text text = {i % 2, i % 2, i, i, 7, 7};
    held.push_back(manager.insert_prefix(text, Pages{PageId(9 * i), PageId(9 * i + 5), PageId(9 * i + 7)}, {}).handle);
    const AllocationFault no_memory(1);
    ASSERT_NO_THROW(counted.lock_handle(held.back())) << "no memory is left, and to lock a good handle never fails";
  }
  for (const CacheHandle& handle : held) {
    const AllocationFault no_memory(1);
    ASSERT_NO_THROW(counted.unlock_handle(handle))
        << "no memory is left, and to unlock a good handle never fails: who cleans up relies on it. Walk from the node "
           "to "
           "the root by `parent`; the inserts have made room in the eviction order for every node";
  }
}

TEST_F(Lab05Memory, T5_AFailedEvictFreesNothing) {
  const auto prepare = [](BaseCacheManager& m) {
    insert(m, {5, 5, 6, 6, 7, 7, 8, 8});
    store(m, 5);
    return "";
  };
  for (const std::size_t asked : {1, 2, 5, 9})
    for (const EvictionUnit unit : {EvictionUnit::leaf, EvictionUnit::tail})
      at_every_allocation({.call = "evict(" + std::to_string(asked) + ")",
                           .prepare = prepare,
                           .make = [&](auto& m) { return evict(m, asked); },
                           .advice = "All or nothing (I25): make room in `freed` for all that may go before the first "
                                     "leaf does. The last victim may go beyond what was asked, by as many pages as the "
                                     "longest node has: longest_",
                           .cuts = unit == EvictionUnit::tail,
                           .options = {.page_size = 2, .unit = unit}});
}

// With so many texts that tables of children, the eviction order and, at 252 to 254, the pool of nodes have to grow.
TEST_F(Lab05Memory, T6_AFailedInsertChangesNothing) {
  const std::string advice = "What can fail comes first: look up and insert, then the clock, the sizes and the order";
  for (const std::size_t entries : {0, 1, 2, 3, 4, 7, 8, 252, 253, 254}) {
    const std::string beside = " beside " + std::to_string(entries) + " texts";
    const Call prepare = [&](auto& m) {
      store(m, entries);
      m.match_prefix(Text{0, 0});  // a tick, so that a use that comes too early shows
      return "";
    };
    at_every_allocation({.call = "an insert of a new text" + beside,
                         .prepare = prepare,
                         .make =
                             [](auto& m) {
                               return insert(m, {7, 7, 8, 8});
                             },
                         .advice = advice});
    at_every_allocation({.call = "an insert below a node that is there" + beside,
                         .prepare = prepare,
                         .make =
                             [](auto& m) {
                               return insert(m, {1, 2, 7, 7, 8, 8});
                             },
                         .advice = advice,
                         .cuts = entries == 1});
    at_every_allocation({.call = "an insert for a new tenant" + beside,
                         .prepare = prepare,
                         .make =
                             [](auto& m) {
                               return insert(m, {1, 2, 7, 7}, {}, 9);
                             },
                         .advice = advice});
  }
}

TEST_F(Lab05Memory, T6_AFailedChunkChangesNothing) {
  CacheHandle from;
  at_every_allocation(
      {.call = "an insert of the next chunk",
       .prepare =
           [&](auto& m) {
             from = m.insert_prefix(Text{1, 2, 3, 4}, Pages{5, 3}, {}).handle;
             return "";
           },
       .make =
           [&](auto& m) {
             return insert(m, {1, 2, 3, 4, 5, 6}, from);
           },
       .advice = "What can fail comes first: look up and insert, then the clock, the sizes and the order"});
}

}  // namespace
}  // namespace radixlab
