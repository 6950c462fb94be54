// Chapter 07, task 7.6: when each page of a trace is asked for again, and the policy that knows it.
#include "07-eviction/clairvoyant.hpp"

#include <gmock/gmock.h>
#include <map>
#include <random>

#include "05-radix-tree/radix_cache_manager.hpp"
#include "contract/todo.hpp"
#include "storage/page_hashes.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Trace = std::vector<Text>;
using Names = std::vector<std::uint64_t>;

constexpr std::uint32_t kNever = NextUses::kNever;

TEST(Lab07NextUses, T6_OfTheHeadersExample) {
  enum : std::uint64_t { a, b, c, d, x };
  NextUses uses;
  for (const Names& pages : {Names{a, b, c}, Names{a, b, d}, Names{a, x}, Names{a, b, c}}) uses.add(pages);
  EXPECT_EQ(uses.num_requests(), 4u);
  EXPECT_EQ(uses.next(0, 0), 1u) << "page a of request 0: request 1 has it too";
  EXPECT_EQ(uses.next(0, 1), 1u) << "page b of request 0: request 1 has it too";
  EXPECT_EQ(uses.next(0, 2), 3u) << "page c of request 0: requests 1 and 2 do not have it, request 3 does";
  EXPECT_EQ(uses.next(1, 1), 3u) << "page b of request 1: the first request after 1 that has it is request 3";
  EXPECT_EQ(uses.next(1, 2), kNever) << "page d of request 1 does not come again";
  EXPECT_EQ(uses.next(2, 0), 3u) << "page a of request 2";
  EXPECT_EQ(uses.next(3, 0), kNever) << "request 3 is the last one";
}

TEST(Lab07NextUses, T6_ARequestThatComesLater) {
  NextUses uses;
  uses.add(Names{1, 2});
  EXPECT_EQ(uses.next(0, 0), kNever) << "no other request is known yet";
  uses.add(Names{3});
  EXPECT_EQ(uses.next(0, 0), kNever) << "request 1 does not have this page";
  uses.add(Names{1});
  EXPECT_EQ(uses.next(0, 0), 2u) << "request 2, which was added since, has it";
  uses.add(Names{1, 2});
  EXPECT_EQ(uses.next(0, 0), 2u) << "the first that comes after it, not the last";
  EXPECT_EQ(uses.next(2, 0), 3u);
  EXPECT_EQ(uses.next(0, 1), 3u);
}

TEST(Lab07NextUses, T6_WhatIsNotThereIsRefused) {
  NextUses uses;
  const auto expect_refused = [&](std::size_t request, std::size_t page, const char* why) {
    try {
      const std::uint32_t said = uses.next(request, page);
      ADD_FAILURE() << "next(" << request << ", " << page << ") says " << said
                    << ", expected std::out_of_range: " << why;
    } catch (const std::out_of_range&) {
    }
  };
  expect_refused(0, 0, "no request was added");
  for (const Names& pages : {Names{1, 2}, Names{}, Names{1, 2, 3}}) uses.add(pages);
  expect_refused(3, 0, "three requests were added, and it is the fourth");
  expect_refused(0, 2, "request 0 has two pages; those of the next request are not its own");
  expect_refused(1, 0, "request 1 has no whole page");
  expect_refused(2, 3, "the last request has three pages");
  expect_refused(2, SIZE_MAX, "no request has so many pages");
  EXPECT_EQ(uses.num_requests(), 3u) << "a request without a whole page is one too";
  EXPECT_EQ(uses.next(0, 1), 2u) << "it is numbered as all others";
}

/// Texts of few tokens that begin as earlier ones, so that pages come again.
Trace random_trace(unsigned seed, std::size_t requests, std::size_t longest) {
  std::mt19937 numbers(seed);
  Trace trace;
  while (trace.size() < requests) {
    Text text = trace.empty() || numbers() % 4 == 0 ? Text{} : trace[numbers() % trace.size()];
    text.resize(numbers() % (text.size() + 1));
    for (std::size_t more = 1 + numbers() % 6; more > 0 && text.size() < longest; --more)
      text.push_back(static_cast<TokenId>(numbers() % 3));
    trace.push_back(text);
  }
  return trace;
}

TEST(Lab07NextUses, T6_AsASearchThroughTheTrace) {
  for (const std::size_t P : {1, 2, 3}) {
    const Trace trace = random_trace(static_cast<unsigned>(760 + P), 120, 14);
    NextUses uses;
    std::vector<Names> names;
    for (const Text& text : trace) uses.add(names.emplace_back(page_hashes(text, P)));
    std::size_t again = 0;
    for (std::size_t i = 0; i < trace.size(); ++i)
      for (std::size_t page = 0; page < names[i].size() && !testing::Test::HasFailure(); ++page) {
        std::size_t next = i + 1;
        while (next < trace.size() && std::ranges::count(names[next], names[i][page]) == 0) ++next;
        EXPECT_EQ(uses.next(i, page), next < trace.size() ? next : kNever)
            << "page " << page << " of request " << i << " of " << trace.size() << ", pages of " << P << " tokens";
        again += next < trace.size();
      }
    EXPECT_GT(again, 50u) << "else the trace shows nothing";
  }
}

/// Chapter 05's tree, on which the requests of a trace come one after the other. Without a policy the least recently used
/// leaf goes.
class TreeRun {
 public:
  TreeRun(Trace trace, bool clairvoyant, std::size_t page_size = 1, std::size_t capacity = 1000)
      : trace_(std::move(trace)),
        P_(page_size),
        capacity_(capacity),
        cache_({.page_size = P_, .policy = clairvoyant ? policy() : nullptr}) {}

  void come(std::size_t requests, bool are_cached = true) {
    for (; requests > 0; --requests) one(are_cached);
  }
  /// As of a request that has not ended.
  void insert_alone(const Text& text) {
    std::vector<PageId> pages((text.size() + P_ - 1) / P_);
    for (PageId& page : pages) page = next_page_++;
    cache_.insert_prefix(text, pages, {});
  }
  /// The text of the leaf that goes next.
  Text victim() {
    const Snapshot before = cache_.snapshot();
    const std::vector<PageId> pages = cache_.evict(1);
    for (const NodeView& node : before.nodes)
      if (node.pages == pages) return node.tokens;
    throw std::logic_error("evict(1) gives pages that are no leaf's");
  }
  /// The same by brute force: of all leaves the one whose whole text comes again last, the lowest id of equals.
  Text farthest() const {
    const Snapshot now = cache_.snapshot();
    const NodeView* farthest = nullptr;
    std::size_t when = 0;
    std::map<std::uint32_t, Text> texts;
    for (const NodeView& node : now.nodes) {
      Text& text = texts[node.id] = node.parent ? texts.at(node.parent) : Text{};
      text.insert(text.end(), node.tokens.begin(), node.tokens.end());
      if (std::ranges::count(now.nodes, node.id, &NodeView::parent) > 0) continue;
      std::size_t next = done_;
      while (next < trace_.size() && std::ranges::mismatch(trace_[next], text).in2 != text.end()) ++next;
      if (!farthest || next > when || (next == when && node.id < farthest->id)) farthest = &node, when = next;
    }
    return farthest ? farthest->tokens : Text{};
  }
  void start_again() { cache_.reset(), done_ = 0; }
  std::size_t hits() const { return hits_; }  ///< [pages]
  std::size_t size() const { return cache_.size_info().total_size(); }
  std::size_t done() const { return done_; }

 private:
  std::shared_ptr<EvictionPolicy> policy() const {
    const auto uses = std::make_shared<NextUses>();
    for (const Text& text : trace_) uses->add(page_hashes(text, P_));
    return std::make_shared<ClairvoyantPolicy>(uses);
  }
  void one(bool is_cached) {
    const Text& text = trace_[done_++];
    const CacheHandle found = cache_.match_prefix(text);
    hits_ += found.cached_len / P_;
    if (is_cached) {
      cache_.lock_handle(found);
      const std::size_t wanted = size() + (text.size() - found.cached_len) / P_;
      if (wanted > capacity_) cache_.evict(wanted - capacity_);
      std::vector<PageId> pages((text.size() + P_ - 1) / P_);
      for (PageId& page : pages) page = next_page_++;
      cache_.insert_prefix(text, pages, found);
      cache_.unlock_handle(found);
    }
    cache_.request_ended(text, found.cached_len);
  }

  Trace trace_;
  std::size_t P_, capacity_;  // [tokens], [pages]
  RadixCacheManager cache_;
  std::size_t done_ = 0, hits_ = 0;
  PageId next_page_ = 0;
};

TEST(Lab07Clairvoyant, T6_TheFarthestNextUseGoesFirst) {
  TreeRun run({{1}, {2}, {3}, {2}, {1}, {3}}, true);
  run.come(3);
  EXPECT_EQ(run.victim(), Text{3}) << "three texts are cached; of them 3 is asked for last, by request 5";
  EXPECT_EQ(run.victim(), Text{1}) << "1 is asked for by request 4, and 2 by request 3";
  EXPECT_EQ(run.victim(), Text{2});
}

TEST(Lab07Clairvoyant, T6_WhatNeverComesAgainGoesBeforeAll) {
  TreeRun run({{1}, {2}, {3}, {3}, {1}}, true);
  run.come(3);
  EXPECT_EQ(run.victim(), Text{2}) << "2 is never asked for again: no next use is farther";
  EXPECT_EQ(run.victim(), Text{1}) << "1 is asked for by request 4, and 3 by request 3";
}

// In 32 bits the complement of "never" would be 0 too, and the lower id would go.
TEST(Lab07Clairvoyant, T6_WhatNoRequestHadGoesBeforeWhatNeverComesAgain) {
  TreeRun run({{1}, {2}, {2}}, true);
  run.come(2);
  run.insert_alone({3});
  EXPECT_EQ(run.victim(), Text{3})
      << "of 3 no request has ended, so its word is 0: it goes before 1, which is older and never asked for again";
  EXPECT_EQ(run.victim(), Text{1}) << "1 is never asked for again, and 2 is";
}

TEST(Lab07Clairvoyant, T6_TheNextUseIsOfTheRequestsThatAreToCome) {
  TreeRun run({{1}, {2}, {1}, {2}, {2}, {1}}, true);
  run.come(4);
  EXPECT_EQ(run.victim(), Text{1}) << "request 4 asks for 2, and request 5 for 1: uses that are past do not count";
}

TEST(Lab07Clairvoyant, T6_ANodesLastPageCounts) {
  TreeRun run({{1, 2, 3}, {5, 6, 7}, {1, 2}, {5}, {5, 6, 7}}, true);
  run.come(2);
  EXPECT_EQ(run.victim(), (Text{1, 2, 3}))
      << "the last page of 1 2 3 never comes again, though its first two do so soonest; that of 5 6 7 comes with "
         "request 4: a leaf loses its end first";
}

TEST(Lab07Clairvoyant, T6_NodesThatWereCut) {
  TreeRun run({{1, 2, 3, 4}, {7}, {1, 2, 9}, {1, 2}, {7}, {1, 2, 3, 4}}, true);
  run.come(3);
  EXPECT_EQ(run.victim(), Text{9}) << "9 behind 1 2 is never asked for again";
  EXPECT_EQ(run.victim(), (Text{3, 4})) << "3 4 behind 1 2 comes with request 5: request 2, which cut the edge, does "
                                           "not change that";
  EXPECT_EQ(run.victim(), Text{7}) << "7 comes with request 4, and 1 2 with request 3";
  EXPECT_EQ(run.victim(), (Text{1, 2}))
      << "1 2 is a leaf by now; request 2 went through it, and its next use is known since then";
}

TEST(Lab07Clairvoyant, T6_PagesOfFourTokens) {
  const auto pages = [](std::initializer_list<TokenId> names) {  // and a part of one more
    Text text;
    for (const TokenId name : names) text.insert(text.end(), 4, name);
    text.insert(text.end(), {9, 9});
    return text;
  };
  const Text a(4, 1), b(4, 2), c(4, 3), d(4, 4);
  TreeRun run({pages({1, 2}), pages({3}), pages({1, 4}), pages({1}), pages({3}), pages({1, 2})}, true, 4);
  run.come(3);
  EXPECT_EQ(run.victim(), d) << "page 4 4 4 4 behind 1 1 1 1 never comes again";
  EXPECT_EQ(run.victim(), b) << "page 2 2 2 2 behind 1 1 1 1 comes with request 5";
  EXPECT_EQ(run.victim(), c) << "page 3 3 3 3 comes with request 4";
  EXPECT_EQ(run.victim(), a) << "page 1 1 1 1 comes with request 3; a node that ends after 4 tokens ends with page 0";
}

TEST(Lab07Clairvoyant, T6_ARequestThatIsNotCachedIsOneToo) {
  TreeRun run({{1}, {8}, {2}, {2}, {1}}, true);
  run.come(1);
  run.come(1, false);
  run.come(1);
  EXPECT_EQ(run.victim(), Text{1})
      << "of request 1 nothing was cached, as when it had no room; the next one is request 2 of the trace nevertheless";
}

TEST(Lab07Clairvoyant, T6_AfterAReset) {
  TreeRun run({{1}, {2}, {2}, {1}}, true);
  run.come(4);
  run.start_again();
  run.come(2);
  EXPECT_EQ(run.victim(), Text{1}) << "the cache was reset, and the trace comes once more from its first request on";
}

TEST(Lab07Clairvoyant, T6_AsASearchThroughTheTrace) {
  std::size_t victims = 0;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    TreeRun run(random_trace(seed, 40, 10), true);
    std::mt19937 numbers(seed);
    while (run.done() < 40 && !testing::Test::HasFailure()) {
      run.come(1, numbers() % 4 > 0);
      for (std::size_t n = numbers() % 3; n > 0 && run.size() > 6 && !testing::Test::HasFailure(); --n, ++victims) {
        const Text farthest = run.farthest();
        EXPECT_EQ(run.victim(), farthest)
            << "seed " << seed << ", after " << run.done() << " requests: the leaf whose whole text comes again last";
      }
    }
  }
  EXPECT_GT(victims, 100u) << "else the traces show nothing";
}

// Five texts in turn, room for four: the least recently used one is always the next that is asked for.
TEST(Lab07Clairvoyant, T6_WhereTheLeastRecentlyUsedIsAlwaysWrong) {
  Trace trace;
  for (TokenId i = 0; i < 100; ++i) trace.push_back({i % 5});
  TreeRun lru(trace, false, 1, 4), clairvoyant(trace, true, 1, 4);
  lru.come(100), clairvoyant.come(100);
  EXPECT_EQ(lru.hits(), 0u) << "the least recently used text goes, just before it is asked for";
  EXPECT_GE(clairvoyant.hits(), 70u)
      << "five texts in turn, 100 requests, room for four: whoever knows the trace keeps "
         "three of four texts until they are asked for";
}

// No proof says so of trees, where a leaf of many pages goes as a whole. On these it is so in the sum.
TEST(Lab07Clairvoyant, T6_InTheSumMoreThanTheLeastRecentlyUsed) {
  for (const std::size_t P : {1, 2}) {
    std::size_t least_recent = 0, known = 0, worse = 0;
    for (unsigned seed = 1; seed <= 60; ++seed) {
      const Trace trace = random_trace(seed, 50, 10);
      TreeRun lru(trace, false, P, 12 / P), clairvoyant(trace, true, P, 12 / P);
      lru.come(50), clairvoyant.come(50);
      least_recent += lru.hits(), known += clairvoyant.hits();
      worse += clairvoyant.hits() < lru.hits();
    }
    RecordProperty("hits_lru_P" + std::to_string(P), std::to_string(least_recent));
    RecordProperty("hits_clairvoyant_P" + std::to_string(P), std::to_string(known));
    RecordProperty("traces_worse_P" + std::to_string(P), std::to_string(worse));
    EXPECT_GT(known * 10, least_recent * 11) << "60 random traces, pages of " << P
                                             << " tokens: hits in pages, at least a tenth more than the least recently "
                                             << "used leaf gives";
    EXPECT_LE(worse, 6u) << "on so many of 60 traces it was worse; it can be, on a tree";
  }
}

}  // namespace
}  // namespace radixlab
