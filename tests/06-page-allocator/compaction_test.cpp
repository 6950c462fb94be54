// Chapter 06, task 6.4: which pages move, so that the free ones are neighbours, and how they move while requests run.
#include <random>

#include "paged_desk.hpp"

namespace radixlab {
namespace {

// '#': in use, '.': free.
PageAllocator as_drawn(const std::string& pattern) {
  PageAllocator allocator(pattern.size());
  for (std::size_t i = 0; i < pattern.size(); ++i) allocator.allocate();
  for (PageId page = 0; page < pattern.size(); ++page)
    if (pattern[page] == '.') allocator.deallocate(page);
  return allocator;
}

std::string in_words(const std::vector<PageMove>& moves) {
  std::string words;
  for (const auto& [from, to] : moves) words += std::to_string(from) + "->" + std::to_string(to) + " ";
  return words.empty() ? "none" : words;
}

// By the definition: what lies behind the first so many pages moves to the holes among them, in order.
std::vector<PageMove> by_definition(const std::string& pattern) {
  const auto active = static_cast<std::size_t>(std::ranges::count(pattern, '#'));
  std::vector<PageMove> moves;
  std::size_t hole = 0;
  for (std::size_t page = active; page < pattern.size(); ++page) {
    if (pattern[page] == '.') continue;
    hole = pattern.find('.', hole);
    moves.push_back({static_cast<PageId>(page), static_cast<PageId>(hole++)});
  }
  return moves;
}

void expect_plan(const std::string& pattern) {
  const PageAllocator allocator = as_drawn(pattern);
  const AllPages before(allocator);
  EXPECT_EQ(in_words(allocator.compaction()), in_words(by_definition(pattern)))
      << "of the pages \"" << pattern << "\" (#: in use) those behind the first " << std::ranges::count(pattern, '#')
      << " go to the free places among them, the lowest to the lowest; the second line says the moves that are "
         "expected";
  expect_same(before, allocator, "compaction() plans, and moves nothing");
}

TEST(Lab06Compaction, T4_OnlyWhatLiesBehindMoves) {
  for (const char* pattern : {"##..#.##", ".#", "#.#", "..#", "..........###", "#.......#", ".#.#.#.#", "###.###"})
    expect_plan(pattern);
}

TEST(Lab06Compaction, T4_NothingHasToMove) {
  for (const char* pattern : {"", "#", ".", "####", "....", "###...", "#..."}) expect_plan(pattern);
}

TEST(Lab06Compaction, T4_RandomPatterns) {
  std::mt19937 numbers(4);
  for (int i = 0; i < 200 && !testing::Test::HasFailure(); ++i) {
    std::string pattern(numbers() % 80, '.');
    const auto filled = numbers() % 10;
    for (char& page : pattern)
      if (numbers() % 10 < filled) page = '#';
    expect_plan(pattern);
  }
}

TEST(Lab06Compaction, T4_WhoeverTheOwnerIsItMoves) {
  PageAllocator allocator(8);
  for (int i = 0; i < 7; ++i) allocator.allocate();
  allocator.give_to_cache(Pages{5, 6});
  allocator.increment_ref(6);
  allocator.increment_ref(4);
  for (const PageId page : {0, 1, 2}) allocator.deallocate(page);
  EXPECT_EQ(in_words(allocator.compaction()), "4->0 5->1 6->2 ")
      << "page 4 is needed by two forks, 5 is cached and needed by nobody (S9), 6 is cached and needed: all are in use";
}

TEST(Lab06Compaction, GivenSlotsGoWithTheirPages) {
  PageAllocator allocator = as_drawn("#########");
  allocator.give_to_cache(Pages{2});
  allocator.increment_ref(3);
  const AllPages before(allocator);
  int calls = 0;
  const PageMove moves[] = {{3, 5}, {2, 6}, {6, 7}, {0, 1}, {1, 0}};  // alone, a chain, a cycle
  allocator.rename(moves, [&] { ++calls; });
  EXPECT_EQ(calls, 1);
  for (const auto& [from, to] : moves) EXPECT_EQ(allocator.slot(to), before.slots[from]) << from << " -> " << to;
  for (const PageId page : {2, 3})
    expect_page(allocator, page, PageOwner::request, 1, "nothing moved there: it is the mover's");
  expect_shared(allocator, 1, "page 5, which was page 3");
  allocator.rename({}, [&] { ++calls; });
  EXPECT_EQ(calls, 2);
}

TEST(Lab06Compaction, GivenNoPageIsWrittenOver) {
  PageAllocator allocator = as_drawn("######..");
  allocator.give_to_cache(Pages{3});
  allocator.increment_ref(4);
  const AllPages before(allocator);
  const std::vector<std::pair<const char*, std::vector<PageMove>>> lists = {{"I31", {{0, 1}, {2, 3}}},
                                                                            {"I31", {{0, 1}, {2, 4}}},
                                                                            {"I31", {{0, 1}, {2, 7}}},
                                                                            {"I30", {{0, 1}, {6, 2}}},
                                                                            {"I30", {{0, 1}, {2, 8}}}};
  for (const auto& [rule, moves] : lists) {
    expect_refused(
        rule, [&] { allocator.rename(moves, [] { ADD_FAILURE() << "nobody is told of a move that is refused"; }); });
    expect_same(before, allocator, "rename refuses " + in_words(moves));
  }
  const PageMove chain[] = {{0, 1}, {3, 0}};
  EXPECT_THROW(allocator.rename(chain, [] { throw std::bad_alloc(); }), std::bad_alloc);
  expect_same(before, allocator, "one of the others could not be told");
}

class Lab06Compact : public PagedDesk {
 protected:
  Lab06Compact() : PagedDesk(24) {}

  // Texts of 8 tokens on two pages each: 1000 .., 1100 .., and so on.
  void fill(std::size_t num_pages) {
    for (; texts.size() < num_pages / 2; store(texts.back()))
      texts.push_back(text(static_cast<TokenId>(1000 + 100 * texts.size()), 8));
  }
  // Every other one goes, from the first on.
  void make_holes() {
    for (std::size_t i = 1; i < texts.size(); i += 2) cache.match_prefix(texts[i]);
    for (std::size_t i = 0; i < texts.size(); i += 2) evict(2);
  }
  std::string drawn() const {
    std::string pattern;
    for (PageId page = 0; page < pages->max_pages(); ++page)
      pattern += pages->slot(page).owner == PageOwner::nobody ? '.' : '#';
    return pattern;
  }
  void expect_compact() const {
    EXPECT_EQ(drawn().find(".#"), std::string::npos)
        << "I31: after a compaction all free pages are neighbours, at the end: " << drawn() << " (#: in use)";
  }

  std::vector<Text> texts;
};

TEST_F(Lab06Compact, T4_CachedPagesMove) {
  fill(12), make_holes();
  const std::size_t moves = pages->compaction().size();
  ASSERT_EQ(drawn(), "..##..##..##............");
  freed = 0;
  EXPECT_EQ(desk.compact({}), moves) << "compact says how many pages it moved";
  EXPECT_EQ(freed, moves) << "what was moved is given back to the desk's source, page by page";
  expect_compact();
  expect_all_well({}, "after a compaction of a pool in which nobody runs");
  for (const TokenId first : {1100, 1300, 1500}) {
    const Text cached = text(first, 8);
    const CacheHandle found = cache.match_prefix(cached);
    ASSERT_EQ(found.cached_len, 8u) << "what was cached is cached still";
    Pages named(2);
    cache.copy_pages(found, named);
    EXPECT_NO_THROW(kv.check(cached, named)) << "I31: by the tree's new page numbers the same keys and values are read";
  }
}

TEST_F(Lab06Compact, T4_RunningRequestsReadTheSame) {
  fill(12);
  Request c = start(text(50, 6));  // nothing of it is computed
  Request a = started_and_computed(text(1, 10));
  desk.chunk_done(a);
  Request b = started_and_computed(text(1, 14));
  std::optional<Request> fork = desk.fork(a);
  ASSERT_TRUE(fork);
  make_holes();
  const Pages before = a.pages;
  Request* const running[] = {&a, &b, &*fork, &c};
  const std::size_t copied = kv.copied_tokens(), moves = pages->compaction().size();
  ASSERT_GT(moves, 0u);
  EXPECT_EQ(desk.compact(running), moves);
  expect_compact();
  EXPECT_NE(a.pages, before) << "I31: its pages were moved, so its page table must be another";
  EXPECT_EQ(fork->pages, a.pages) << "I31: a fork shares all pages of its original: both tables name the new places";
  EXPECT_LE(kv.copied_tokens() - copied, moves * kP) << "each page that moves is copied once, and no other";
  expect_all_well({&a, &b, &*fork, &c}, "after a compaction while four requests run");
  ASSERT_TRUE(generate(a, 90)) << "there is room";
  ASSERT_TRUE(generate(*fork, 91)) << "there is room";
  compute(c, 6);
  expect_all_well({&a, &b, &*fork, &c}, "after a compaction all four went on");
  for (Request* r : running) desk.finish(*r);
  expect_all_well({}, "after a compaction all four were finished");
}

TEST_F(Lab06Compact, T4_OwnersAndCountsMoveWithTheirPages) {
  fill(8);
  Request a = started_and_computed(text(1, 10));
  std::optional<Request> fork = desk.fork(a);
  ASSERT_TRUE(fork);
  make_holes();
  std::vector<PageSlot> expected;
  for (const PageId page : a.pages) expected.push_back(pages->slot(page));
  const AllocatorStats stats = pages->get_stats();
  Request* const running[] = {&a, &*fork};
  desk.compact(running);
  for (std::size_t i = 0; i < a.pages.size(); ++i)
    EXPECT_EQ(pages->slot(a.pages[i]), expected[i])
        << "I31: what was known of a page goes with it: page " << i << " of the table";
  EXPECT_EQ(pages->get_stats(), stats) << "I31: as many pages are in use, and as many are shared";
  desk.finish(a), desk.finish(*fork);
}

TEST_F(Lab06Compact, T4_HandlesStayGood) {
  fill(8), make_holes();
  const CacheHandle held = cache.match_prefix(text(1300, 8));
  ASSERT_EQ(held.cached_len, 8u);
  cache.lock_handle(held);
  desk.compact({});
  EXPECT_NO_THROW(cache.unlock_handle(held)) << "I15: a handle names a place in the tree, and the tree is as it was";
  expect_all_well({}, "a handle from before the compaction was unlocked");
}

TEST_F(Lab06Compact, T4_NothingToDo) {
  store(text(1, 8));
  Request a = started_and_computed(text(20, 6));
  const AllPages before(*pages);
  Request* const running[] = {&a};
  EXPECT_EQ(desk.compact(running), 0u) << "the free pages are neighbours already";
  expect_same(before, *pages, "there was nothing to move");
  desk.finish(a);
}

TEST_F(Lab06Compact, T4_NoRoomIsNeeded) {
  fill(24), make_holes();
  Request a = started_and_computed(text(1, 44));  // 11 of the 12 free pages
  ASSERT_EQ(pages->free_count(), 1u);
  cache.match_prefix(text(1100, 8));
  evict(2);
  Request* const running[] = {&a};
  const std::size_t moves = pages->compaction().size();
  ASSERT_GT(moves, 0u);
  EXPECT_EQ(desk.compact(running), moves) << "pages move to free pages: no more room than that is needed";
  expect_compact();
  expect_all_well({&a}, "after a compaction of a pool that is nearly full");
  desk.finish(a);
}

// A call that fails changes nothing: tables, owners, free pages, and what is read.
TEST_F(Lab06Compact, T4_AFailedCompactionChangesNothing) {
  fill(8);
  Request a = started_and_computed(text(1, 10));
  std::optional<Request> fork = desk.fork(a);
  ASSERT_TRUE(fork);
  make_holes();
  const Pages table = a.pages, twins = fork->pages;
  const Snapshot tree = cache.snapshot();
  const AllPages before(*pages);
  Request* const running[] = {&a, &*fork};
  const std::size_t moves = pages->compaction().size();
  for (std::size_t i = 1; i <= moves + 1; ++i) {
    const std::string what = i > moves ? "rename_pages" : "copy " + std::to_string(i) + " of " + std::to_string(moves);
    kv.fail_at = i > moves ? 0 : i;
    cache.fails = i > moves;
    EXPECT_THROW(desk.compact(running), std::runtime_error)
        << what
        << " fails, and the caller has to know. Nothing is renamed before all keys and values are copied, and the "
        << "taken pages go back";
    kv.fail_at = 0, cache.fails = false;
    expect_same(before, *pages, what + " failed, and a call that fails changes nothing");
    EXPECT_EQ(a.pages, table) << what << " failed: rewrite no table before all that can fail is done";
    EXPECT_EQ(fork->pages, twins) << what << " failed: rewrite no table before all that can fail is done";
    EXPECT_EQ(cache.snapshot(), tree) << what << " failed: the tree names other pages";
    expect_all_well({&a, &*fork}, what + " failed in a compaction");
  }
  EXPECT_EQ(desk.compact(running), moves) << "made again, it goes through";
  expect_all_well({&a, &*fork}, "after a compaction that failed some times");
  desk.finish(a), desk.finish(*fork);
}

}  // namespace
}  // namespace radixlab
