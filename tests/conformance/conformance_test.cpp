// What the contract asks of every manager. The manager is watched, so that each call is also checked against brute
// force.
#include "conformance.hpp"

#include "testing/expect_refused.hpp"
#include "testing/replay_story.hpp"

namespace radixlab {
namespace {

TEST_P(Conformance, I9_ALookUpChangesNoAnswer) {
  insert(text("abcd"));
  const SizeInfo before = cache.size_info();
  match(text("abx"));
  match(text("q"), 7);
  EXPECT_EQ(cache.size_info(), before);
  EXPECT_EQ(match(text("abcd")), stores ? 4 * L : 0);
}

TEST_P(Conformance, I22_TheTailStaysTheCallers) {
  Text uneven = text("ab");
  uneven.push_back(1);  // with P = 1 a page of its own
  insert(uneven);
  EXPECT_EQ(cache.size_info().total_size(), whole_texts ? 1 : stores ? uneven.size() / P : 0);
}

TEST_P(Conformance, I25_EvictFreesWhatIsAskedOrNothing) {
  insert(text("abc"));
  const std::size_t cached = pages_kept(3);
  EXPECT_TRUE(cache.evict(0).empty());
  expect_refused("I25", [&] { cache.evict(cached + 1); });
  EXPECT_EQ(cache.size_info().evictable_size, cached);
  EXPECT_EQ(cache.evict(cached).size(), cached);
}

TEST_P(Conformance, I27_SameCallsSameVictims) {
  const auto victims = [&](Story& on) {
    std::vector<PageId> all;
    PageId page = 0;
    for (const char* letters : {"abc", "abx", "q", "qrs", "abcz", "m", "n", "o", "p"}) {
      const Text tokens = text(letters);
      std::vector<PageId> pages((tokens.size() + P - 1) / P);
      for (PageId& p : pages) p = page++;
      on.insert_prefix(tokens, pages, {});
    }
    while (on.size_info().evictable_size > 0) std::ranges::copy(on.evict(1), std::back_inserter(all));
    return all;
  };
  const ManagedPool twin = all_taken(GetParam().make(64));
  EXPECT_EQ(victims(cache), victims(*twin.story));
}

TEST_P(Conformance, I28_AnInventedHandleIsRefused) {
  std::vector<PageId> out(1);
  insert(text("ab"));
  for (std::uint32_t node = 0; node < 4; ++node)
    for (std::uint32_t generation : {0u, 1u, 2u, 3u, UINT32_MAX}) {
      const CacheHandle invented{P * 5, node, generation};
      EXPECT_THROW(cache.lock_handle(invented), std::logic_error);
    }
  EXPECT_THROW(cache.lock_handle({P, UINT32_MAX, 1}), std::logic_error);
}

TEST_P(Conformance, AnEmptyHandleDoesNothing) {
  cache.lock_handle({});
  cache.unlock_handle({});
  cache.copy_pages({}, {});
  EXPECT_EQ(cache.size_info(), SizeInfo{});
}

TEST_P(Conformance, I36_ReplayingTheStoryGivesTheSameCache) {
  insert(text("abcd"));
  insert(text("abxy"), 3);
  const CacheHandle held = insert(text("abxy")).handle;
  cache.lock_handle(held);
  cache.evict(stores ? 2 : 0);
  EXPECT_ANY_THROW(cache.evict(1000));
  const ManagedPool again = all_taken(GetParam().make(64));
  EXPECT_THAT(replay_story(cache.text(), *again.manager).differences, testing::IsEmpty());
  EXPECT_EQ(again.story->snapshot(), cache.snapshot());
  EXPECT_EQ(again.story->text(), cache.text());
  cache.unlock_handle(held);
}

TEST_P(Conformance, I37_ResetGivesEverythingBack) {
  const CacheHandle a = insert(text("abc")).handle;
  insert(text("abx"), 9);
  cache.lock_handle(a);
  if (stores) {
    expect_refused("I37", [&] { cache.reset(); });
  }
  cache.unlock_handle(a);
  EXPECT_EQ(cache.reset().size(), 2 * pages_kept(3));
  EXPECT_EQ(cache.size_info(), SizeInfo{});
  EXPECT_TRUE(cache.snapshot().nodes.empty());
  EXPECT_EQ(match(text("abc")), 0u);
  EXPECT_EQ(insert(text("abc")).cached_len, stores ? 0 : 3 * L);  // and it goes on like a fresh one
}

TEST_P(Conformance, RandomLives) {
  constexpr std::size_t kLives = num_lives(20, 7);
  LifeCounts sum;
  bool counts_owners = false;
  for (std::uint64_t seed = 1; seed <= kLives; ++seed) {
    const LifeOptions options = life_options(P, seed, GetParam().row->whole_texts);
    const ManagedPool fresh_one = GetParam().make(options.num_pages);
    counts_owners = fresh_one.owners != nullptr;
    try {
      sum += random_life(*fresh_one.story, *fresh_one.source, at_desk_of(fresh_one, options));
    } catch (const std::exception& error) {
      FAIL() << "seed " << seed << ": " << error.what() << "\n  see it with random_lives --manager "
             << GetParam().row->name << " --page-size " << P << (*GetParam().policy ? " --policy " : "")
             << GetParam().policy << " --seed " << seed << " --steps 1 --story FILE";
    }
  }
  EXPECT_GT(sum.twins, 0u);
  EXPECT_GT(sum.aborts, 0u);
  EXPECT_GT(sum.refused, 0u);
  EXPECT_GT(sum.forks, 0u);
  if (!stores) return;
  EXPECT_GT(sum.reused, 50 * kLives);  // else the lives show nothing
  EXPECT_GT(sum.evicted, 50 * kLives);
  if (kind_of(*GetParam().row) == Kind::inside_pages) {
    EXPECT_GT(sum.copied, 15 * kLives);
  }
  if (counts_owners && P > 1) {
    EXPECT_GT(sum.unshared, kLives / 2) << "else no fork's page was written in by two";
  }
  insert(text("ab"));
  const Snapshot shot = cache.snapshot();
  if (shot.tree && shot.nodes.size() == 1) {  // an edge of two pages: such a tree cuts
    EXPECT_GT(sum.renamed, 15 * kLives);
    EXPECT_GT(sum.splits, 0u);
  }
  EXPECT_GT(sum.stale, 0u);
}

INSTANTIATE_TEST_SUITE_P(Ladder, Conformance, testing::ValuesIn(all_cells()), cell_name);

}  // namespace
}  // namespace radixlab
