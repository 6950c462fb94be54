// The figures in chapter 04's text are a run's: its tables stand in README.md as this test makes them.
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "03-hash-matching/hash_cache_manager.hpp"
#include "04-slots/slot_allocator.hpp"
#include "04-slots/slot_cache_manager.hpp"
#include "io/error.hpp"
#include "testing/four_prompts.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kMaxLen = 2048, kRows = 8;

struct Sums {
  std::size_t computed = 0, found = 0, copied = 0, places = 0;
};

/// A desk under a manager of pages of P tokens.
struct AnyBench {
  BaseCacheManager& cache;
  PageSource& source;
  std::size_t P, pages;
  FakeKv kv{pages, P};
  CacheManager desk{cache, source, kv, P};

  void compute(Request& r) {
    kv.write(r.tokens, r.pages, r.computed);
    r.computed = r.tokens.size();
    kv.check(r.tokens, r.pages);
  }
  // One after the other; then all four at once, behind the first one that is done.
  Sums four_prompts() {
    Sums sums;
    for (TokenId i = 1; i <= 4; ++i) {
      Request r = question(i);
      EXPECT_TRUE(desk.start(r));
      sums.computed += r.tokens.size() - r.computed;
      sums.found += r.hit;
      compute(r);
      desk.finish(r);
    }
    sums.copied = kv.copied_tokens();
    desk.reset();
    std::vector<Request> all;
    for (TokenId i = 1; i <= 5; ++i) {
      all.push_back(question(i > 1 ? i - 1 : 1));
      EXPECT_TRUE(desk.start(all.back()));
      compute(all.back());
      if (i == 1) desk.finish(all.back());
    }
    sums.places = (pages - source.free_count()) * P;
    for (Request& r : all) desk.finish(r);
    return sums;
  }
  // The document, but for its token 1,999.
  Sums nearly_the_same() {
    for (const bool again : {false, true}) {
      Request r = question(1);
      r.tokens.resize(kDocument);
      if (again) r.tokens[kDocument - 1] = -1;
      EXPECT_TRUE(desk.start(r));
      if (again) return {.found = r.hit, .copied = kv.copied_tokens()};
      compute(r);
      desk.finish(r);
    }
    return {};
  }
};

struct Both {
  HashCacheManager hash{kPage, hash_block};
  FreeList list{kPool};
  SlotCacheManager slots{kRows, kMaxLen};
  SlotAllocator allocator{kRows};
  AnyBench by_hash{hash, list, kPage, kPool}, by_slots{slots, allocator, kMaxLen, kRows};
};

std::string opening() {
  Both both;
  const Sums hash = both.by_hash.nearly_the_same(), slots = both.by_slots.nearly_the_same();
  return fmt::format(
      "| a document of {} tokens once more, its token {} another one | hash | slots |\n|---|---|---|\n"
      "| tokens found, of {} that are equal | {} | {} |\n| tokens copied | {} | {} |\n",
      grouped(kDocument), grouped(kDocument - 1), grouped(kDocument - 1), grouped(hash.found), grouped(slots.found),
      grouped(hash.copied), grouped(slots.copied));
}

std::string closing() {
  Both both;
  const Sums hash = both.by_hash.four_prompts(), slots = both.by_slots.four_prompts();
  return fmt::format(
      "| four prompts on one document of {} tokens | hash | slots |\n|---|---|---|\n"
      "| tokens computed | {} | {} |\n| tokens found in the cache | {} | {} |\n| of them copied | {} | {} |\n"
      "| places of the pool in use, all four at once behind one that is done | {} | {} |\n",
      grouped(kDocument), grouped(hash.computed), grouped(slots.computed), grouped(hash.found), grouped(slots.found),
      grouped(hash.copied), grouped(slots.copied), grouped(hash.places), grouped(slots.places));
}

TEST(Lab04Text, GivenTheTablesAreARuns) {
  std::stringstream text;
  text << std::ifstream(RADIXLAB_CHAPTER_TEXT).rdbuf();
  for (const std::string& table : {opening(), closing()})
    EXPECT_NE(text.str().find(table), std::string::npos) << "README.md should say\n" << table;
}

}  // namespace
}  // namespace radixlab
