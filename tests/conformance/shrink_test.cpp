// What shrinks a broken life: it must keep the bug, and must not invent one.
#include <gmock/gmock.h>
#include <random>
#include <sstream>

#include "lives.hpp"
#include "testing/call_script.hpp"
#include "testing/replay_story.hpp"
#include "testing/shrink_story.hpp"

namespace radixlab {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

/// A radix manager whose evictions beyond two pages keep one page back.
class Miser : public RadixCacheManager {
 public:
  using RadixCacheManager::RadixCacheManager;
  std::vector<PageId> evict(std::size_t num_pages) override {
    std::vector<PageId> freed = RadixCacheManager::evict(num_pages);
    if (freed.size() > 2) freed.erase(freed.begin());
    return freed;
  }
};

/// One that lets a page go when a request ends that had found some.
class Tidy : public RadixCacheManager {
 public:
  using RadixCacheManager::RadixCacheManager;
  void request_ended(PrefixKey, std::size_t found) override {
    if (found > 0 && size_info().evictable_size > 0) evict(1);
  }
};

/// One that lets a page go when pages get other names.
class Careless : public RadixCacheManager {
 public:
  using RadixCacheManager::RadixCacheManager;
  void rename_pages(std::span<const PageMove> moves) override {
    RadixCacheManager::rename_pages(moves);
    if (!moves.empty() && size_info().evictable_size > 0) evict(1);
  }
};

template <class Manager>
std::unique_ptr<Story> fresh(std::size_t page_size) {
  return std::make_unique<Story>(std::make_unique<Manager>(RadixOptions{page_size}), page_size, false);
}

std::string life_of(Story& cache, std::uint64_t seed) {
  const LifeOptions options = life_options(cache.page_size(), seed);
  FreeList source(options.num_pages);
  try {
    random_life(cache, source, options);
  } catch (const IntegrityError&) {
  }
  return cache.text();
}

TEST(ShrinkStory, ALifeBecomesAFewCallsThatBreakTheSameRule) {
  for (const std::size_t P : {1, 4}) {
    const auto broken_life = life_of(*fresh<Miser>(P), 1);
    const Shrunk shrunk = shrink_story(broken_life, [&] { return fresh<Miser>(P); });
    EXPECT_LE(shrunk.calls, 3u) << shrunk.story;  // publish three pages, perhaps cut them, evict them
    EXPECT_THAT(shrunk.error, StartsWith("I"));
    EXPECT_THAT(shrunk.story, HasSubstr("{\"op\":\"broken\",\"rule\":\"" + shrunk.error.substr(0, 3)));
    const auto again = fresh<Miser>(P);
    EXPECT_THAT(
        [&] { replay_story(shrunk.story, *again, [&](std::size_t) { again->check_state(again->snapshot()); }); },
        ThrowsMessage<IntegrityError>(HasSubstr(shrunk.error)));
  }
}

TEST(ShrinkStory, TheEndOfARequestIsAmongTheCalls) {
  const auto broken_life = life_of(*fresh<Tidy>(1), 1);
  const Shrunk shrunk = shrink_story(broken_life, [&] { return fresh<Tidy>(1); });
  EXPECT_EQ(shrunk.error, "I17: the end of a request changed the sizes");
  EXPECT_EQ(shrunk.calls, 2u) << shrunk.story;
  EXPECT_THAT(shrunk.story, HasSubstr(R"({"op":"request_ended","tokens":[0],"cache_salt":0,"found":1})"));
}

TEST(ShrinkStory, MovedPagesAreAmongTheCalls) {
  const auto broken_life = life_of(*fresh<Careless>(1), 1);
  const Shrunk shrunk = shrink_story(broken_life, [&] { return fresh<Careless>(1); });
  EXPECT_THAT(shrunk.error, StartsWith("I36"));
  EXPECT_EQ(shrunk.calls, 2u) << shrunk.story;
  EXPECT_THAT(shrunk.story, HasSubstr(R"({"op":"rename_pages","moves":[[)"));
}

TEST(CallScript, WholePagesGiveAHandleToo) {
  const CallScript calls = call_script(R"({"op":"match","tokens":[1,2,3],"cache_salt":0,"handle":[3,1,1]}
{"op":"whole_pages","handle":[3,1,1],"whole":[2,5,1]}
{"op":"lock","handle":[2,5,1]})");
  ASSERT_EQ(calls.size(), 3u) << "no handle is invented";
  EXPECT_EQ(calls[1].giver, calls[0].id);
  EXPECT_EQ(calls[2].giver, calls[1].id);
}

// With calls left out at random, the right manager must still break nothing: else a bug could shrink into another.
TEST(ShrinkStory, WhatIsLeftOutAccusesNobody) {
  std::mt19937 rng(1);
  for (const std::size_t P : {1, 4})
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const std::string life = life_of(*fresh<RadixCacheManager>(P), seed);
      for (const unsigned kept_of_ten : {10u, 9u, 5u, 2u}) {
        std::string some;
        std::istringstream lines(life);
        for (std::string line; std::getline(lines, line);)
          if (rng() % 10 < kept_of_ten) some += line + '\n';
        EXPECT_THAT([&] { shrink_story(some, [&] { return fresh<RadixCacheManager>(P); }); },
                    ThrowsMessage<std::invalid_argument>(HasSubstr("break no rule")));
      }
    }
}

}  // namespace
}  // namespace radixlab
