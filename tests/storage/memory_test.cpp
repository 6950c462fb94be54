// Where texts and pages lie: the arena, runs of pages and the owner of the free ones, each against its plain definition.
#include <cstring>
#include <gmock/gmock.h>
#include <map>
#include <random>
#include <set>

#include "storage/arena.hpp"
#include "storage/free_runs.hpp"
#include "storage/neighbours.hpp"
#include "storage/page_run.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;
using testing::StartsWith;
using testing::ThrowsMessage;
using Pages = std::vector<PageId>;

/// Blocks that are out, each filled with a byte of its own.
class Blocks {
 public:
  void take(std::size_t bytes) {
    auto* const memory = static_cast<unsigned char*>(arena_.take(bytes));
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 8, 0u);
    const auto after = out_.lower_bound(memory);
    ASSERT_TRUE(after == out_.end() || memory + bytes <= after->first) << "two blocks overlap";
    ASSERT_TRUE(after == out_.begin() || std::prev(after)->first + std::prev(after)->second.bytes <= memory);
    out_[memory] = {bytes, ++fill_};
    std::memset(memory, fill_, bytes);
    live_ += bytes;
  }
  void give(std::size_t which) {
    const auto block = std::next(out_.begin(), static_cast<std::ptrdiff_t>(which % out_.size()));
    const auto& [memory, is] = *block;
    ASSERT_TRUE(std::all_of(memory, memory + is.bytes, [&](unsigned char byte) { return byte == is.fill; }))
        << "somebody else wrote into a block of " << is.bytes << " bytes";
    arena_.give(memory);
    live_ -= is.bytes;
    out_.erase(block);
  }
  std::size_t size() const { return out_.size(); }
  std::size_t live() const { return live_; }
  Arena& arena() { return arena_; }

 private:
  struct Is {
    std::size_t bytes;
    unsigned char fill;
  };
  Arena arena_;
  std::map<unsigned char*, Is> out_;
  unsigned char fill_ = 0;
  std::size_t live_ = 0;
};

std::size_t some_size(std::mt19937& rng) {
  static constexpr std::size_t kSizes[] = {0, 1, 8, 9, 24, 25, 260, 264, 280, 1000, 3216, 4000, 70'000, 300'000};
  return rng() % 4 == 0 ? rng() % 5000 : kSizes[rng() % std::size(kSizes)];
}

TEST(Arena, GivesBlocksThatDoNotOverlap) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    std::mt19937 rng(seed);
    Blocks blocks;
    for (int step = 0; step < 3000 && !testing::Test::HasFatalFailure(); ++step) {
      const bool grows = step / 500 % 2 == 0;
      if (blocks.size() == 0 || rng() % 8 < (grows ? 5u : 3u))
        blocks.take(some_size(rng));
      else
        blocks.give(rng());
    }
    while (blocks.size() > 0) blocks.give(rng());
  }
}

TEST(Arena, GivesMemoryBack) {
  std::mt19937 rng(1);
  Blocks blocks;
  for (int i = 0; i < 3000; ++i) blocks.take(3216);
  EXPECT_GE(blocks.arena().bytes(), blocks.live());
  EXPECT_LE(blocks.arena().bytes(), blocks.live() + (std::size_t{4} << 20)) << "at most two steps more than is used";
  while (blocks.size() > 0) blocks.give(rng());
  EXPECT_LE(blocks.arena().bytes(), std::size_t{2} << 20) << "one step is kept for those to come";
}

// A text goes, another of its length comes: for ever, in the same memory.
TEST(Arena, DoesNotGrowWhereAsMuchGoesAsComes) {
  std::mt19937 rng(2);
  Blocks blocks;
  for (int i = 0; i < 8000; ++i) blocks.take(16 + rng() % 4000);
  const std::size_t at_first = blocks.arena().bytes();
  for (int i = 0; i < 24'000; ++i) {
    blocks.give(rng());
    blocks.take(16 + rng() % 4000);
  }
  EXPECT_LE(blocks.arena().bytes(), at_first * 5 / 4);
}

TEST(Arena, RefusesWhatNoMachineHas) {
  Arena fresh;
  EXPECT_THROW(fresh.take(SIZE_MAX), std::bad_alloc);
  EXPECT_THROW(fresh.take(std::size_t{1} << 62), std::bad_alloc);
  EXPECT_EQ(fresh.bytes(), 0u);
  fresh.give(fresh.take(std::size_t{5} << 20));  // larger than a step
}

TEST(Neighbours, AreWrittenAndCounted) {
  for (std::size_t n = 0; n < 70; ++n) {
    Pages pages(n + 1, 7);
    write_neighbours(1000, std::span(pages).first(n));
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(pages[i], 1000 + i);
    EXPECT_EQ(pages[n], 7u) << "behind the end";
    EXPECT_EQ(count_neighbours(std::span(pages).first(n)), n);
    for (std::size_t i = 0; n > 1 && i < n; ++i) {
      ++pages[i];
      EXPECT_EQ(count_neighbours(std::span(pages).first(n)), i == 0 ? 1 : i) << "of " << n;
      --pages[i];
    }
  }
}

TEST(PageRun, IsCutAsItsListIs) {
  Arena lists;
  std::mt19937 rng(3);
  for (int round = 0; round < 300; ++round) {
    Pages pages(1 + rng() % 40);
    write_neighbours(static_cast<PageId>(rng() % 100), pages);
    if (round % 3 > 0) std::swap(pages[rng() % pages.size()], pages.back());
    PageRun run(pages, lists);
    while (!pages.empty()) {
      Pages copied(pages.size());
      run.copy_to(copied);
      ASSERT_EQ(copied, pages);
      ASSERT_EQ(run[pages.size() - 1], pages.back());
      const std::size_t from = rng() % pages.size(), n = rng() % (pages.size() - from + 1);
      run = run.subspan(from).first(n);
      pages = Pages(pages.begin() + static_cast<std::ptrdiff_t>(from),
                    pages.begin() + static_cast<std::ptrdiff_t>(from + n));
      ASSERT_EQ(run.size(), pages.size());
      run.shrink_to_fit();
    }
  }
}

TEST(FreeRuns, EqualsASet) {
  for (const std::size_t num_pages : {1, 63, 64, 65, 200, 4096, 5000}) {
    std::mt19937 rng(static_cast<unsigned>(num_pages));
    FreeRuns source(num_pages);
    std::set<PageId> free;
    for (PageId page = 0; page < num_pages; ++page) free.insert(page);
    Pages out;
    for (int step = 0; step < 3000; ++step) {
      ASSERT_EQ(source.free_count(), free.size());
      const std::size_t n = rng() % (num_pages / 4 + 2);
      if (rng() % 2 == 0 && n <= free.size()) {
        Pages taken(n);
        n == 1 ? void(taken[0] = source.take().value()) : source.take(taken);
        ASSERT_TRUE(std::equal(taken.begin(), taken.end(), free.begin())) << "the lowest, in order";
        free.erase(free.begin(), std::next(free.begin(), static_cast<std::ptrdiff_t>(n)));
        out.insert(out.end(), taken.begin(), taken.end());
      } else if (n <= out.size()) {
        if (step % 3 == 0) std::shuffle(out.begin(), out.end(), rng);
        const auto last = std::span(out).last(n);
        n == 1 ? source.give(last[0]) : source.give(last);
        free.insert(last.begin(), last.end());
        out.resize(out.size() - n);
      }
    }
  }
}

TEST(FreeRuns, I30_ARefusedCallChangesNothing) {
  FreeRuns source(130);
  Pages some(100);
  source.take(some);
  EXPECT_THAT([&] { source.take(std::span(some).first(31)); },
              ThrowsMessage<std::logic_error>("I30: 31 pages are asked for, 30 are free"));
  for (const Pages& wrong : {Pages{7, 8, 9, 130}, Pages{3, 4, 3}, Pages{1, 2, 129}, Pages{98, 99, 100}}) {
    EXPECT_THAT([&] { source.give(wrong); }, ThrowsMessage<std::logic_error>(StartsWith("I30: page "))) << wrong[0];
    EXPECT_EQ(source.free_count(), 30u);
    EXPECT_EQ(source.take(), 100u) << "the lowest that is free is the same as before";
    source.give(PageId{100});
  }
  EXPECT_THAT([&] { source.give(PageId{100}); }, ThrowsMessage<std::logic_error>("I30: page 100 is freed twice"));
  EXPECT_EQ(FreeRuns(0).take(), std::nullopt);
  EXPECT_EQ(FreeRuns(0).free_count(), 0u);
}

}  // namespace
}  // namespace radixlab
