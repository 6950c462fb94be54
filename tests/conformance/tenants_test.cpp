// Tenants come and go: nobody's memory grows with the number of those that were there once.
#include <gtest/gtest.h>

#include "01-naive-manager/scheduler_cache.hpp"
#include "failing_allocations.hpp"
#include "row_kinds.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kPages = 16, kFewTenants = 4'000;
const std::size_t kTenants = sizes({100'000}, {10'000}).front();

/// A row's manager, its pool and a desk; not watched, since a Story remembers every call.
class Tenants : public testing::TestWithParam<Cell> {
 protected:
  std::uint32_t salt(std::size_t tenant) {
    const std::string name = "tenant " + std::to_string(1'000'000 + tenant);
    const SaltField field{'t', name};
    return desk.salt({&field, 1});
  }
  /// Comes, has its text computed, and goes; room is made by those that were there before it.
  void serve(std::size_t tenant, std::size_t expected_hit = 0) {
    Request r{.tokens = text, .cache_salt = salt(tenant)};
    ASSERT_TRUE(desk.start(r));
    ASSERT_EQ(r.hit, expected_hit) << "tenant " << tenant;
    r.computed = r.tokens.size();
    desk.finish(r);
  }
  /// [bytes] that are left when these have come and gone.
  std::size_t left_by(std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) serve(i);
    desk.reset();
    return AllocationFault::live;
  }

  std::size_t P = GetParam().page_size;
  ManagedPool made =
      create_cache_manager({GetParam().row, 1}, GetParam().row->name, {.page_size = P, .num_pages = kPages});
  FakeKv kv{kPages, P};
  CacheManager desk{*made.manager, *made.source, kv, P};
  const std::vector<TokenId> text = std::vector<TokenId>(3 * letter_tokens(P, GetParam().row->whole_texts), 7);
};

/// On rows that cache anything.
class CachedTenants : public Tenants {};

/// The same without a desk: the salts are the test's.
class Salts : public Tenants {
 protected:
  void store(std::uint32_t salt) {
    std::vector<PageId> pages(desk.pages_for(text.size()));
    if (made.source->free_count() < pages.size())
      for (const PageId page : made.manager->evict(pages.size() - made.source->free_count())) made.source->give(page);
    for (PageId& page : pages) page = made.source->take().value();
    const CacheHandle held = made.manager->insert_prefix({text, salt}, pages, {}).handle;
    std::vector<PageId> kept(desk.pages_for(held.cached_len));
    made.manager->copy_pages(held, kept);
    for (const PageId page : pages)
      if (std::ranges::count(kept, page) == 0) made.source->give(page);
  }
};

TEST_P(Salts, LeaveNothingInAManager) {
  std::uint32_t salt = 0;
  const auto left_behind = [&](std::size_t last) {
    while (salt < last) store(++salt);
    for (const PageId page : made.manager->reset()) made.source->give(page);
    return AllocationFault::live;
  };
  const std::size_t by_few = left_behind(kFewTenants);
  EXPECT_EQ(left_behind(kTenants), by_few) << "[bytes]";
}

// Without a reset, what is left is of those that were there last.
TEST_P(Salts, LeaveLittleInAManagerThatIsNeverReset) {
  const auto live_after = [&](std::uint32_t first, std::size_t last) {
    for (std::uint32_t salt = first; salt < last; ++salt) store(salt);
    return AllocationFault::live;
  };
  const std::size_t by_few = live_after(0, kFewTenants);
  EXPECT_LT(live_after(kFewTenants, kTenants), by_few + 20'000) << "[bytes]: less than a byte a tenant";
}

TEST_P(Tenants, AreForgottenByTheDeskToo) {
  const std::size_t by_few = left_by(0, kFewTenants);
  EXPECT_LT(left_by(kFewTenants, kTenants), by_few + 400'000) << "[bytes], of some thousand salts";
  EXPECT_LT(desk.num_salts(), 4'000u);
}

TEST_P(CachedTenants, KeepTheirNumberWhileAnythingOfThemIsCached) {
  Request stays{.tokens = text, .cache_salt = salt(0)};
  ASSERT_TRUE(desk.start(stays));
  stays.computed = stays.tokens.size();
  desk.chunk_done(stays);  // its text is locked, and stays
  for (std::size_t i = 1; i < 5'000; ++i) serve(i);
  EXPECT_EQ(salt(0), stays.cache_salt);
  desk.finish(stays);
  const std::size_t looked_up = text.size() - 1;
  serve(0, GetParam().row->whole_texts ? looked_up : looked_up / P * P);
}

TEST_P(Tenants, NeverGetANumberThatWasGivenBefore) {
  const std::uint32_t first = salt(0);
  for (std::size_t i = 1; i < 5'000; ++i) serve(i);
  const std::uint32_t last = salt(5'000), again = salt(0);
  EXPECT_NE(again, first) << "forgotten meanwhile: else this test shows nothing";
  EXPECT_GT(again, last) << "I11: a number of another tenant";
}

TEST(SaltTable, KeepsWhatIsHeldOrAskedFor) {
  SaltTable table;
  const auto number = [&](std::string_view name) {
    const SaltField field{'t', name};
    return table.number({&field, 1});
  };
  const std::uint32_t held = number("held"), asked = number("asked"), neither = number("neither");
  table.forget_all_but({});
  EXPECT_EQ(table.size(), 3u) << "all were asked for since the last time: since the beginning";
  EXPECT_EQ(number("asked"), asked);
  table.forget_all_but({held});
  EXPECT_EQ(table.size(), 2u);
  EXPECT_EQ(number("held"), held);
  EXPECT_EQ(number("asked"), asked);
  EXPECT_GT(number("neither"), neither) << "a new number";
}

/// Each row, from this one on, at its first page size.
std::vector<Cell> one_cell_a_row(std::size_t first = 0) {
  std::vector<Cell> some;
  for (const Stage* row : built_stages()) some.push_back({row, row->page_sizes.front()});
  some.erase(some.begin(), some.begin() + static_cast<std::ptrdiff_t>(first));
  return some;
}

INSTANTIATE_TEST_SUITE_P(Ladder, Tenants, testing::ValuesIn(one_cell_a_row()), cell_name);
INSTANTIATE_TEST_SUITE_P(Ladder, CachedTenants, testing::ValuesIn(one_cell_a_row(1)), cell_name);
INSTANTIATE_TEST_SUITE_P(Ladder, Salts, testing::ValuesIn(one_cell_a_row()), cell_name);

}  // namespace
}  // namespace radixlab
