// The same for the desk on every manager, for random lives in which memory runs out now and then, and for the tree.
#include <random>

#include "allocation_failure.hpp"

namespace radixlab {
namespace {

class DeskAllocationFailure : public AllocationFailure {};

// The desk, with a pool that is almost full.
TEST_P(DeskAllocationFailure, EveryCall) {
  constexpr std::size_t kSmallPool = 14;
  const auto request = [](World& w, std::string_view letters) { w.r.tokens = w.tokens(letters); };
  const auto start = [](World& w) {
    const bool started = counted([&] { return w.desk.start(w.r); });
    return std::to_string(started) + " " + std::to_string(w.r.hit) + testing::PrintToString(w.r.pages);
  };
  const auto waiting = [&](std::string_view letters) {
    return [=](World& w) {
      w.insert(w.tokens("abcd"));
      w.insert(w.tokens("abxyz"));
      request(w, letters);
    };
  };
  const auto running = [&](std::size_t computed) {
    return [=](World& w) {
      waiting("abcdefg")(w);
      ASSERT_TRUE(w.desk.start(w.r));
      w.compute(computed * w.P);
    };
  };
  const auto as_text = [](World& w) {
    return testing::PrintToString(w.r.pages) + std::to_string(w.r.handle.cached_len);
  };
  for (const char* letters : {"ab", "abq", "abcdqrst", "qrstuvwkl", "abcdqrstuvwkl", "qrstuvwklabcdqrst"})
    at_every_allocation("desk start", true, kSmallPool, waiting(letters), start);
  const auto inside_a_page = [&](World& w) { waiting("abcdq")(w), w.r.tokens.resize(4 * w.P); };
  at_every_allocation("desk start", true, kSmallPool, inside_a_page, start);
  for (const std::size_t computed : {4, 5, 7}) {
    at_every_allocation("desk chunk_done", true, kSmallPool, running(computed),
                        [=](World& w) { return counted([&] { w.desk.chunk_done(w.r); }), as_text(w); });
    at_every_allocation("desk finish", true, kSmallPool, running(computed),
                        [=](World& w) { return counted([&] { w.desk.finish(w.r); }), as_text(w); });
  }
  for (const std::size_t pages : {8, 11, 30})
    at_every_allocation("desk grow", true, kSmallPool, running(4), [=](World& w) {
      return std::to_string(counted([&] { return w.desk.grow(w.r, pages * w.P); })) + as_text(w);
    });
  at_every_allocation(
      "desk fork", true, kSmallPool, [&](World& w) { running(5)(w), w.desk.chunk_done(w.r); },
      [](World& w) {
        std::optional<Request> twin = counted([&] { return w.desk.fork(w.r); });
        std::string told = twin ? testing::PrintToString(twin->pages) : "no room";
        if (twin) w.desk.finish(*twin);
        return told;
      });
  at_every_allocation(
      "desk compact", true, kSmallPool,
      [&](World& w) {
        running(7)(w);
        for (const PageId page : w.cache.evict(w.cache.size_info().evictable_size > 0)) w.source.give(page);
      },
      [=](World& w) {
        Request* const r = &w.r;
        return std::to_string(counted([&] { return w.desk.compact({&r, 1}); })) + as_text(w);
      });
  at_every_allocation("desk reset", true, kSmallPool, waiting("ab"),
                      [=](World& w) { return counted([&] { w.desk.reset(); }), as_text(w); });
}

INSTANTIATE_TEST_SUITE_P(Ladder, DeskAllocationFailure, testing::ValuesIn(allocation_cells()), cell_name);

// Random lives: calls that fail at a random allocation, and are made again.
TEST_P(DeskAllocationFailure, RandomLives) {
  const Cell& cell = GetParam();
  Count& count = table[{cell.row->name, "random lives"}];
  constexpr std::size_t kLives = num_lives(10, 3);
  for (std::uint64_t seed = 1; seed <= kLives; ++seed) {
    std::mt19937_64 rng(seed);
    LifeOptions options = life_options(cell.page_size, seed, cell.row->whole_texts);
    options.attempt = [&](const auto& call, const auto& check) {
      ++count.calls;
      try {
        const AllocationFault fault(1 + rng() % 6);
        return counted(call);
      } catch (const std::bad_alloc&) {
        ++count.allocations;
      }
      check();
      call();
    };
    const ManagedPool made = cell.row->make(cell.options(options.num_pages));
    Counted inner(*made.manager);
    SparedStory story(inner, cell.page_size, cell.row->partial_hits);
    ASSERT_NO_THROW(random_life(story, *made.source, at_desk_of(made, options))) << "seed " << seed << "\n"
                                                                                 << story.text();
  }
  EXPECT_GT(count.allocations, 10 * kLives);
}

// What no snapshot shows: a node that was made and hangs nowhere.
TEST(TreeAllocationFailure, NoNodeIsLost) {
  RadixTree tree(1);
  std::size_t failed = 0;
  const auto at_every_allocation = [&](const auto& call) {
    for (std::size_t k = 1;; ++k) {
      const std::size_t before = tree.num_nodes();
      try {
        const AllocationFault fault(k);
        return counted(call);
      } catch (const std::bad_alloc&) {
        ++failed;
        ASSERT_EQ(tree.num_nodes(), before);
      }
    }
  };
  for (TokenId i = 0; i < 300; ++i) {  // on the way the pool, the tables of children and the arena grow
    const Text text(400, i);
    const Pages pages(400, 7);
    RadixTree::Position root{};
    at_every_allocation([&] { root = tree.root(static_cast<std::uint32_t>(i) % 50); });
    at_every_allocation([&] { tree.insert(root, text, pages); });
  }
  EXPECT_EQ(tree.num_nodes(), 350u);
  EXPECT_GT(failed, 150u);
}

}  // namespace
}  // namespace radixlab
