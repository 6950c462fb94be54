// What the contract asks of managers that store something: all but the naive one.
#include <array>

#include "conformance.hpp"
#include "testing/expect_refused.hpp"

namespace radixlab {
namespace {

TEST_P(StoringConformance, I7_LongestCachedPrefix) {
  insert(text("abcd"));
  insert(text("abxy"));
  EXPECT_EQ(match(text("abcd")), 4 * P);
  EXPECT_EQ(match(text("abxz")), 3 * P);
  EXPECT_EQ(match(text("abq")), 2 * P);
  EXPECT_EQ(match(text("q")), 0u);
  EXPECT_EQ(match({}), 0u);
}

TEST_P(WholePages, I8_HitsAreWholePages) {
  insert(text("abc"));
  for (std::size_t n = 0; n <= 3 * P; ++n) {
    Text some = text("abc");
    some.resize(n);
    if (n < 3 * P) some.push_back(-1);
    EXPECT_EQ(match(some), n / P * P);
  }
}

TEST_P(StoringConformance, I10_PagesComeInOrder) {
  insert(text("abcd"));                         // pages 0 .. 3
  const InsertResult r = insert(text("abxy"));  // pages 4 .. 7, of which 6 and 7 are kept
  EXPECT_EQ(r.cached_len, 2 * P);
  EXPECT_EQ(pages_of(r.handle), (std::vector<PageId>{0, 1, 6, 7}));
}

TEST_P(StoringConformance, I11_SaltsShareNothing) {
  insert(text("ab"), 1);
  EXPECT_EQ(match(text("ab"), 2), 0u);
  const InsertResult r = insert(text("ab"), 2);
  EXPECT_EQ(r.cached_len, 0u);
  EXPECT_EQ(pages_of(r.handle), (std::vector<PageId>{2, 3}));
  EXPECT_EQ(pages_of(cache.match_prefix({text("ab"), 1})), (std::vector<PageId>{0, 1}));
}

// Unwatched: a Story refuses this itself, before it asks the manager.
TEST_P(StoringConformance, I11_FromOfAnotherSaltIsRefused) {
  const Stage& row = *GetParam().row;
  const ManagedPool alone = all_taken(create_cache_manager({&row, 1}, row.name, GetParam().options(64)));
  const CacheHandle other = alone.manager->insert_prefix({text("ab"), 1}, fresh(2 * P), {}).handle;
  EXPECT_THROW(alone.manager->insert_prefix({text("abc"), 2}, fresh(3 * P), other), std::invalid_argument)
      << "I11: `from` is of salt 1, and the key of salt 2: followed, it hangs one tenant's text below another's";
  EXPECT_EQ(alone.manager->match_prefix({text("abc"), 2}).cached_len, 0u) << "a call that is refused changes nothing";
}

TEST_P(StoringConformance, I13_ASplitKeepsLocks) {
  const CacheHandle held = insert(text("abcd")).handle;
  cache.lock_handle(held);
  const CacheHandle half = insert(text("abxy")).handle;  // cuts what is locked
  cache.lock_handle(half);
  cache.same_as_snapshot();
  EXPECT_EQ(cache.size_info().protected_size, 6u);
  cache.unlock_handle(held);
  EXPECT_EQ(cache.size_info().protected_size, 4u);
  cache.unlock_handle(half);
  EXPECT_EQ(cache.size_info().protected_size, 0u);
}

TEST_P(StoringConformance, I15_AHandleSurvivesASplit) {
  const CacheHandle held = insert(text("abcd")).handle;
  match(text("ax"));
  match(text("abcx"));
  EXPECT_EQ(pages_of(held), (std::vector<PageId>{0, 1, 2, 3}));
}

TEST_P(StoringConformance, I17_SizesFollowTheLocks) {
  const CacheHandle a = insert(text("abc")).handle;
  insert(text("xy"));
  EXPECT_EQ(cache.size_info(), (SizeInfo{5, 0}));
  cache.lock_handle(a);
  cache.lock_handle(a);
  EXPECT_EQ(cache.size_info(), (SizeInfo{2, 3}));
  cache.unlock_handle(a);
  EXPECT_EQ(cache.size_info(), (SizeInfo{2, 3}));
  cache.unlock_handle(a);
  EXPECT_EQ(cache.size_info(), (SizeInfo{5, 0}));
}

TEST_P(StoringConformance, I18_UnlockWithoutALockIsRefused) {
  const CacheHandle a = insert(text("ab")).handle;
  expect_refused("I18", [&] { cache.unlock_handle(a); });
  cache.lock_handle(a);
  cache.unlock_handle(a);
  expect_refused("I18", [&] { cache.unlock_handle(a); });
  EXPECT_EQ(cache.size_info(), (SizeInfo{2, 0}));
}

TEST_P(StoringConformance, I19_ALockedPrefixIsNeverEvicted) {
  const CacheHandle locked = insert(text("abcd")).handle;
  insert(text("wxyz"));
  cache.lock_handle(locked);
  const std::vector<PageId> freed = cache.evict(1);
  EXPECT_THAT(freed, testing::IsSubsetOf({4, 5, 6, 7}));  // not of the oldest: that one is locked
  expect_refused("I25", [&] { cache.evict(4 - freed.size() + 1); });
  EXPECT_EQ(match(text("abcd")), 4 * P);
  cache.unlock_handle(locked);
}

TEST_P(StoringConformance, I22_SomeoneWasFirst) {
  insert(text("abc"));
  const InsertResult twin = insert(text("abc"));
  EXPECT_EQ(twin.cached_len, 3 * P);
  EXPECT_EQ(pages_of(twin.handle), (std::vector<PageId>{0, 1, 2}));
  EXPECT_EQ(cache.size_info().total_size(), 3u);
}

TEST_P(StoringConformance, I24_EveryPrefixOfAnInsertIsCached) {
  const Text all = text("abcde");
  const bool inside_pages = kind_of(*GetParam().row) == Kind::inside_pages;
  insert(all);
  for (std::size_t n = 0; n <= all.size(); ++n)
    EXPECT_EQ(match({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n)}), inside_pages ? n : n / P * P);
}

TEST_P(StoringConformance, I24_AnInsertResumesAtItsHandle) {
  const Text all = text("abcde");
  const std::vector<PageId> pages = fresh(all.size());
  CacheHandle at;
  for (std::size_t n = 1; n <= all.size(); n += P / 2 + 1) {  // chunks that do not end where pages do
    const InsertResult r = cache.insert_prefix(std::span(all).first(n), std::span(pages).first((n + P - 1) / P), at);
    cache.lock_handle(r.handle);
    cache.unlock_handle(at);
    at = r.handle;
  }
  EXPECT_EQ(pages_of(at),
            std::vector<PageId>(pages.begin(), pages.begin() + static_cast<std::ptrdiff_t>(at.cached_len / P)));
  cache.unlock_handle(at);
}

TEST_P(StoringConformance, I26_ParentsGoAfterTheirLastChild) {
  insert(text("abc"));
  insert(text("abx"));
  while (cache.size_info().evictable_size > 0) {
    cache.evict(1);
    cache.check_integrity();
    cache.same_as_snapshot();
  }
  EXPECT_EQ(match(text("abc")), 0u);
}

TEST_P(StoringConformance, I28_AStaleHandleIsRefused) {
  const CacheHandle gone = insert(text("ab")).handle;
  cache.evict(2);
  insert(text("xy"));  // may well use the same names
  std::vector<PageId> out(2);
  expect_refused("I28", [&] { cache.copy_pages(gone, out); });
  expect_refused("I28", [&] { cache.lock_handle(gone); });
  expect_refused("I28", [&] { cache.unlock_handle(gone); });
  expect_refused("I28", [&] { cache.insert_prefix(text("abc"), fresh(3 * P), gone); });
  EXPECT_EQ(match(text("abc")), 0u);
}

TEST_P(StoringConformance, WrongSizesAreRefused) {
  const CacheHandle a = insert(text("abc")).handle;
  std::vector<PageId> out(2);
  EXPECT_THROW(cache.copy_pages(a, out), std::invalid_argument);
  EXPECT_THROW(cache.insert_prefix(text("xy"), out = {1}, {}), std::invalid_argument);
  EXPECT_THROW(cache.insert_prefix(text("ab"), fresh(2 * P), a), std::invalid_argument);  // from is longer than the key
  EXPECT_EQ(cache.size_info(), (SizeInfo{3, 0}));
}

// Found by fuzz_manager: the node and its generation are right, the length is inside its one page.
TEST_P(WholePages, I28_AHandleThatEndsInsideAPageIsRefused) {
  const CacheHandle held = insert(text("a")).handle;
  for (std::size_t len = 1; len < P; ++len)
    expect_refused("I28", [&] { cache.lock_handle({len, held.node, held.generation}); });
}

INSTANTIATE_TEST_SUITE_P(Ladder, StoringConformance, testing::ValuesIn(cells({Kind::whole_pages, Kind::inside_pages})),
                         cell_name);
INSTANTIATE_TEST_SUITE_P(Ladder, WholePages, testing::ValuesIn(cells({Kind::whole_pages})), cell_name);

TEST(RowKinds, OnlyNaiveStoresNothing) {
  for (const Cell& cell : cells({Kind::stores_nothing})) EXPECT_STREQ(cell.row->name, "naive");
}

}  // namespace
}  // namespace radixlab
