// Chapter 06, task 6.3 at the scheduler's desk, and all tasks together: requests come, go, are forked and moved, and at any time
// each page counts who needs it.
#include <random>

#include "paged_desk.hpp"

namespace radixlab {
namespace {

class Lab06DeskCounts : public PagedDesk {
 protected:
  void expect_counts(const Request& r, std::size_t first, std::size_t end, PageOwner owner, std::uint32_t count,
                     const std::string& why) {
    for (std::size_t i = first; i < end; ++i) expect_page(*pages, r.pages[i], owner, count, why);
  }
};

TEST_F(Lab06DeskCounts, T3_AChunkAndAFinish) {
  Request r = start(text(1, 14));
  expect_counts(r, 0, 4, PageOwner::request, 1, "S12: the request has taken these pages, and will write in them");
  compute(r, 9);
  desk.chunk_done(r);
  expect_counts(r, 0, 2, PageOwner::cache, 1,
                "S12: a chunk publishes two whole pages: the writer's count is dropped, and its lock counts");
  expect_counts(r, 2, 4, PageOwner::request, 1, "I22: what is not whole stays the request's own");
  compute(r, 14);
  const Pages table = r.pages;
  desk.finish(r);
  for (const std::size_t i : {0, 1, 2})
    expect_page(*pages, table[i], PageOwner::cache, 0, "S9: the request is done, and its whole pages stay cached");
  EXPECT_EQ(pages->slot(table[3]), PageSlot{})
      << "its last page is filled in part alone, and was freed by its request, which alone needed it";
  expect_all_well({}, "a request is done");
}

TEST_F(Lab06DeskCounts, T3_TwoRequestsOnePrefix) {
  Request a = started_and_computed(text(1, 10));
  desk.chunk_done(a);
  Request b = start(text(1, 14));
  expect_counts(a, 0, 2, PageOwner::cache, 2, "I16: two requests have locked the first two pages");
  expect_all_well({&a, &b}, "two requests with a common prefix run");
  desk.finish(a);
  expect_counts(b, 0, 2, PageOwner::cache, 1, "I16: the first request is done, and the second one reads on");
  EXPECT_EQ(cache.size_info(), (SizeInfo{0, 2})) << "I19: what the second one reads may not go";
  compute(b, 14);
  desk.finish(b);
  expect_all_well({}, "both are done");
}

// Two requests compute the same text at the same time: who publishes second goes on with the first one's pages.
TEST_F(Lab06DeskCounts, T3_TwinsGiveTheirOwnPagesBack) {
  for (const bool by_finish : {false, true}) {
    const Text both = text(by_finish ? 100 : 1, 10);
    const std::string call = by_finish ? "finish" : "chunk_done";
    Request a = start(both), b = start(both);
    compute(a, 10), compute(b, 10);
    desk.chunk_done(a);
    const std::size_t free = source.free_count();
    const Pages own = b.pages;
    by_finish ? desk.finish(b) : desk.chunk_done(b);
    EXPECT_EQ(source.free_count(), free + (by_finish ? 3 : 2))
        << "I21: " << call << " gives back the twin's own copies";
    for (const std::size_t i : {0, 1})
      EXPECT_EQ(pages->slot(own[i]), PageSlot{})
          << "I21: page " << own[i] << " is a copy that nobody reads: it is free";
    if (!by_finish) expect_counts(b, 0, 2, PageOwner::cache, 2, "I16: both twins read the first one's pages");
    expect_all_well(by_finish ? Running{&a} : Running{&a, &b}, "a twin has called " + call);
    desk.finish(a), desk.finish(b);
  }
}

TEST_F(Lab06DeskCounts, T3_EvictedForAnother) {
  store(text(1, 32));
  store(text(100, 24));
  Request r = start(text(200, 28));
  EXPECT_EQ(source.free_count(), 3u) << "two pages were free and seven are needed: the oldest text went, eight pages";
  expect_counts(r, 0, 7, PageOwner::request, 1, "S12: its pages were another text's before");
  compute(r, 28);
  expect_all_well({&r}, "a text was evicted for another one");
  desk.finish(r);
}

// All tasks together. Few texts, so that prefixes meet; a small pool, so that room is short.
class Lab06Life : public PagedDesk {
 protected:
  std::mt19937 numbers{606};
  std::vector<Request> live;
  std::size_t forks = 0, moves = 0, copies = 0;

  std::size_t random(std::size_t n) { return numbers() % n; }
  void begin() {
    Request r{.tokens = Text(1 + random(14)), .cache_salt = static_cast<std::uint32_t>(random(2))};
    for (std::size_t i = 0; i < r.tokens.size(); ++i)
      r.tokens[i] = static_cast<TokenId>(random(8) ? i : 50 + random(2));
    if (desk.start(r)) live.push_back(std::move(r));
  }
  void go_on(Request& r) {
    const std::size_t before = kv.copied_tokens();
    if (r.computed == r.tokens.size())
      generate(r, static_cast<TokenId>(60 + random(2)));
    else if (desk.make_writable(r))
      compute(r, r.computed + 1 + random(r.tokens.size() - r.computed));
    copies += kv.copied_tokens() > before;
  }
  void compact() {
    std::vector<Request*> all;
    for (Request& r : live) all.push_back(&r);
    moves += desk.compact(all);
    EXPECT_TRUE(pages->compaction().empty()) << "I31: after a compaction nothing has to move";
  }
  void step() {
    const std::size_t choice = random(12);
    if (live.empty() || (choice < 2 && live.size() < 6)) return begin();
    Request& r = live[random(live.size())];
    if (choice < 6) return go_on(r);
    if (choice == 6) return desk.chunk_done(r);
    if (choice == 7) return compact();
    if (choice == 8) return evict(random(cache.size_info().evictable_size + 1));
    if (choice == 9 && live.size() < 6) {
      if (std::optional<Request> twin = desk.fork(r)) live.push_back(std::move(*twin)), ++forks;
      return;
    }
    desk.finish(r);
    std::swap(r, live.back());
    live.pop_back();
  }
  void expect_life_well(const std::string& when) {
    Running running;
    for (const Request& r : live) running.push_back(&r);
    expect_all_well(running, when);
  }
};

TEST_F(Lab06Life, TogetherWhateverComes) {
  for (int i = 0; i < 1200 && !HasFailure(); ++i) {
    step();
    expect_life_well("after step " + std::to_string(i) + " of a random life");
  }
  EXPECT_GT(std::min({forks, moves, copies}), 10u)
      << "it was a life of " << forks << " forks, " << moves << " moved pages and " << copies
      << " copies before a write: too few to show anything";
  for (; !live.empty(); live.pop_back()) desk.finish(live.back());
  desk.reset();
  EXPECT_EQ(source.free_count(), 16u) << "I4: all are done and nothing is cached: all pages are free";
}

}  // namespace
}  // namespace radixlab
