// Chapter 07's own policy: its table by the definition in floating point, its notes by brute force, its classes by hand, and
// each victim of random lives by the definition over all leaves.
#include "07-eviction/return_rate.hpp"

#include <bit>
#include <cmath>
#include <deque>
#include <gmock/gmock.h>
#include <random>

#include "../conformance/failing_allocations.hpp"
#include "../conformance/policies.hpp"
#include "storage/free_list.hpp"
#include "testing/random_life.hpp"
#include "testing/short_form.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
constexpr std::uint32_t kBuckets = ReturnTable::kBuckets;

// ---- the table

TEST(ReturnTable, AnAgeIsInTheBucketOfItsHalfOctave) {
  for (std::uint32_t b = 0; b < kBuckets; ++b) {
    const std::uint64_t first = ReturnTable::youngest(b);
    EXPECT_GE(double(first + 1) * double(first + 1), std::exp2(b) * (1 - 1e-5)) << "bucket " << b;
    EXPECT_LT(double(first) * double(first), std::exp2(b) * (1 + 2e-5)) << "bucket " << b;
    if (b == 1) continue;  // between ages 0 and 1: no age is in it
    EXPECT_EQ(ReturnTable::bucket(first), b);
    EXPECT_TRUE(first == 0 || ReturnTable::bucket(first - 1) < b) << "bucket " << b;
  }
  EXPECT_EQ(ReturnTable::bucket(UINT64_MAX), kBuckets - 1);
}

struct Seen {
  double came_back[text_class::kCount][kBuckets] = {}, reached[text_class::kCount][kBuckets] = {};
};

double hazard_in_floats(const Seen& seen, std::uint32_t of, std::uint32_t b) {
  const auto smooth = [&](const double(&row)[kBuckets]) {
    return (2 * row[b] + (b > 0 ? row[b - 1] : 0) + (b + 1 < kBuckets ? row[b + 1] : 0)) / 4;
  };
  const double guess = of == 0 ? .05 : hazard_in_floats(seen, text_class::parent(of), b);
  const double hits = smooth(seen.came_back[of]), risk = std::max(hits, smooth(seen.reached[of]));
  return std::min(.95, (hits + 200 * guess) / (risk + 200));
}

double index_in_floats(const Seen& seen, std::uint32_t of, std::uint32_t from) {
  double waiting = 1, hits = 0, ticks = 0, best = 0;
  for (std::uint32_t b = from; b < kBuckets; ++b) {
    const double hazard = hazard_in_floats(seen, of, b);
    hits += waiting * hazard;
    ticks += waiting * (std::exp2((b + 1) / 2.0) - std::exp2(b / 2.0)) * (1 - hazard / 2);
    waiting *= 1 - hazard;
    best = std::max(best, hits / ticks);
  }
  return best;
}

TEST(ReturnTable, HazardsAndIndicesAreTheDefinitions) {
  ReturnTable table;
  Seen seen;
  std::mt19937 engine(7);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  for (int i = 0; i < 40'000; ++i) {
    const std::uint32_t leaf = text_class::kShared + random() % (text_class::kCount - text_class::kShared);
    const std::uint32_t last = random() % kBuckets;
    for (std::uint32_t b = 0; b <= last; ++b) {
      table.reached(leaf, b);
      for (std::uint32_t of = leaf;; of = text_class::parent(of)) {
        ++seen.reached[of][b];
        if (of == 0) break;
      }
    }
    if (random() % (leaf + 1) > 6) continue;
    table.came_back(leaf, last);
    for (std::uint32_t of = leaf;; of = text_class::parent(of)) {
      ++seen.came_back[of][last];
      if (of == 0) break;
    }
  }
  table.learn();
  for (std::uint32_t of = 0; of < text_class::kCount; ++of)
    for (std::uint32_t b = 0; b < kBuckets; ++b) {
      if (b == 1) continue;
      const double hazard = double(table.hazard(of, b)) / std::exp2(30), wanted = hazard_in_floats(seen, of, b);
      ASSERT_NEAR(hazard, wanted, 1e-6) << "class " << of << ", bucket " << b;
      const double index = double(table.index(of, ReturnTable::youngest(b))) / std::exp2(54);
      ASSERT_NEAR(index / index_in_floats(seen, of, b), 1, .01) << "class " << of << ", bucket " << b;
    }
}

TEST(ReturnTable, WithNothingSeenTheOldestIsWorthLeastInAllClasses) {
  const ReturnTable table;
  for (std::uint32_t of = 0; of < text_class::kCount; ++of)
    for (std::uint32_t b = 2; b < kBuckets; ++b) {
      EXPECT_LT(table.index(of, ReturnTable::youngest(b)), table.index(of, ReturnTable::youngest(b - 2)));
      EXPECT_EQ(table.index(of, ReturnTable::youngest(b)), table.index(0, ReturnTable::youngest(b)));
    }
}

TEST(ReturnTable, BeforeItsUsualGapTextIsWorthLessThanAtIt) {
  ReturnTable table;
  for (int i = 0; i < 1000; ++i) {
    for (std::uint32_t b = 0; b <= ReturnTable::bucket(40); ++b) table.reached(13, b);
    if (i % 2 == 0) table.came_back(13, ReturnTable::bucket(40));
    for (std::uint32_t b = ReturnTable::bucket(40) + 1; i % 2 == 1 && b < 20; ++b) table.reached(13, b);
  }
  table.learn();
  EXPECT_LT(table.index(13, 0), table.index(13, 30)) << "the youngest may go first";
  EXPECT_LT(table.index(13, 200), table.index(13, 0)) << "what did not come back in time is worth least";
}

TEST(ReturnTable, OldHabitsFadeAndCountsEnd) {
  ReturnTable table;
  for (int i = 0; i < 200'000; ++i) table.reached(0, 6), table.came_back(0, 6);
  const std::uint64_t sure = table.hazard(0, 6);
  EXPECT_EQ(sure, (std::uint64_t{1} << 30) / 100 * 95) << "and nothing ran over";
  for (int i = 0; i < 200; ++i) table.fade();
  EXPECT_NEAR(double(table.hazard(0, 6)) / std::exp2(30), .05, .01) << "as if it had never been";
}

// ---- the notes

TEST(RecentUses, TheNewestNoteOfEachPageThatIsStillThere) {
  RecentUses uses;
  std::deque<std::pair<std::uint64_t, std::uint32_t>> all;  // page, when
  std::mt19937 random(3);
  const auto page = [&] { return std::uint64_t{random() % 20'000} * 0x100000001; };
  for (std::uint32_t at = 0; at < 70'000; ++at) {
    const std::uint64_t name = at % 3 ? page() : 42;  // one is asked for all the time
    uses.add({.page = name, .older = 0, .at = at, .of = 0, .turn = 0, .counted = true, .came_back = false});
    all.emplace_back(name, at);
    if (all.size() > RecentUses::kMost) all.pop_front();
    if (at % 2000 != 0) continue;
    for (const std::uint64_t asked : {page(), page(), std::uint64_t{42}}) {
      const auto newest = std::find_if(all.rbegin(), all.rend(), [&](const auto& use) { return use.first == asked; });
      const RecentUses::Use* const found = uses.find(asked);
      ASSERT_EQ(found != nullptr, newest != all.rend()) << "after " << at;
      ASSERT_TRUE(!found || found->at == newest->second) << "after " << at;
    }
  }
  EXPECT_EQ(uses.end() - uses.begin(), RecentUses::kMost);
  uses.clear();
  EXPECT_EQ(uses.find(42), nullptr);
  EXPECT_EQ(uses.begin(), uses.end());
}

// ---- classes, by hand

struct Word {  // of a node, as return_rate.hpp says
  std::uint32_t last;
  std::uint8_t of, uses, started, went_on;
};

template <class Cache>
class ServedBy {
 public:
  explicit ServedBy(std::size_t page_size = 1)
      : P(page_size), cache({.page_size = page_size, .policy = policy, .unit = EvictionUnit::tail}) {}

  void request(const Text& text) {
    const CacheHandle hit = cache.match_prefix(text);
    std::vector<PageId> pages(text.size() / P);
    for (PageId& page : pages) page = next_page++;
    cache.insert_prefix(std::span(text).first(pages.size() * P), pages, {});
    cache.request_ended(text, hit.cached_len);
  }
  Word word(const Text& text) {
    const Snapshot now = cache.snapshot();
    for (const NodeView& node : now.nodes)
      if (policies::text(now.nodes, node) == text) return std::bit_cast<Word>(node.use.policy_word);
    ADD_FAILURE() << "no node ends there";
    return {};
  }
  std::uint32_t of(const Text& text) { return word(text).of; }
  /// So many requests that nobody has to do with.
  void others(int n) {
    for (int i = 0; i < n; ++i) request({--next_other});
  }

  std::size_t P;
  std::shared_ptr<ReturnRatePolicy> policy = std::make_shared<ReturnRatePolicy>();
  Cache cache;
  PageId next_page = 0;
  TokenId next_other = -1;
};
using Served = ServedBy<RadixCacheManager>;

TEST(ReturnRate, ATurnIsKnownByTheEndOfTheTurnBeforeIt) {
  Served s;
  s.request({1, 2, 3});
  EXPECT_EQ(s.of({1, 2, 3}), text_class::kFirstTurn);
  s.others(9);
  s.request({1, 2, 3, 4});
  EXPECT_EQ(s.of({1, 2, 3, 4}), text_class::kLaterTurn + 2) << "second turn, 8 to 15 requests later";
  EXPECT_EQ(s.of({1, 2, 3}), text_class::kLaterTurn + 2) << "and so is what it has in common with the first alone";
  s.request({1, 2, 3, 4, 5});
  EXPECT_EQ(s.of({1, 2, 3, 4, 5}), text_class::kLaterTurn + 8) << "third turn, at once";
  s.others(600);
  s.request({1, 2, 3, 4, 5, 6});
  EXPECT_EQ(s.of({1, 2, 3, 4, 5, 6}), text_class::kLaterTurn + 15) << "fourth turn, long after";
  s.request({1, 2, 3, 4, 5, 6, 7});
  EXPECT_EQ(s.of({1, 2, 3, 4, 5, 6, 7}), text_class::kLaterTurn + 16) << "fifth turn";
}

TEST(ReturnRate, ATurnIsKnownWhereThePagesAreGone) {
  Served s;
  s.request({1, 2, 3});
  s.cache.evict(3);
  s.request({1, 2, 3, 4});
  EXPECT_EQ(s.of({1, 2, 3, 4}), text_class::kLaterTurn);
}

TEST(ReturnRate, WhatOthersUseTooIsShared) {
  Served s;
  for (TokenId i = 0; i < 20; ++i) {
    s.request({1, 2, 100 + i, 200 + i, 300 + i});
    if (i == 0) continue;
    EXPECT_EQ(s.of({1, 2}), text_class::kShared + (i >= 15 ? 2u : i >= 3 ? 1u : 0u)) << i + 1 << " uses";
    EXPECT_GE(s.of({1, 2, 100 + i, 200 + i, 300 + i}), text_class::kFirstTurn);
  }
  for (int i = 0; i < 300; ++i) s.request({1, 2, 1000 + i});
  EXPECT_EQ(s.word({1, 2}).uses, 255) << "and no more";
}

TEST(ReturnRate, ABranchKnowsHowOftenConversationsGoOn) {
  Served s;
  for (TokenId i = 0; i < 20; ++i) {
    s.request({1, 2, 100 + i, 200 + i, 300 + i});
    if (i % 2 == 0) s.request({1, 2, 100 + i, 200 + i, 300 + i, 400 + i});
  }
  EXPECT_EQ(s.word({1, 2}).started, 19) << "the first one did not know that it would be one";
  EXPECT_EQ(s.word({1, 2}).went_on, 9);
  s.request({1, 2, 7, 8, 9});
  EXPECT_EQ(s.of({1, 2, 7, 8, 9}), text_class::kFirstTurn + 3) << "3 to 6 of ten go on";
  s.request({5, 6, 7, 8});
  EXPECT_EQ(s.of({5, 6, 7, 8}), text_class::kFirstTurn) << "nothing is known of this one";
  for (TokenId i = 0; i < 300; ++i) s.request({1, 2, 1000 + i, 1, 1});
  EXPECT_LT(s.word({1, 2}).started, 255);
  s.request({1, 2, 6, 6, 6});
  EXPECT_EQ(s.of({1, 2, 6, 6, 6}), text_class::kFirstTurn + 1) << "fewer than one of ten now";
}

TEST(ReturnRate, ACutCopiesAllButWhatBeganAtTheEnd) {
  Served s;
  for (TokenId i = 0; i < 10; ++i) s.request({1, 2, 3, 4, 100 + i, 200 + i, 300 + i});
  const Word whole = s.word({1, 2, 3, 4});
  ASSERT_GT(whole.started, 5);
  s.cache.match_prefix(Text{1, 2});
  const Word upper = s.word({1, 2}), lower = s.word({1, 2, 3, 4});
  EXPECT_EQ(upper.of, whole.of);
  EXPECT_EQ(upper.uses, whole.uses);
  EXPECT_EQ(upper.started, 0);
  EXPECT_EQ(upper.went_on, 0);
  EXPECT_EQ(lower.started, whole.started);
}

TEST(ReturnRate, WhereNobodyEndsRequestsTheLeastRecentlyUsedGoes) {
  Served s;
  for (TokenId i = 0; i < 5; ++i) s.cache.insert_prefix(Text{i}, std::vector{s.next_page++}, {});
  s.cache.match_prefix(Text{0});
  EXPECT_EQ(s.cache.evict(5), (std::vector<PageId>{1, 2, 3, 4, 0}));
}

// ---- victims

/// The manager, with each answer of evict held against the definition.
class Judged : public RadixCacheManager {
 public:
  explicit Judged(RadixOptions options)
      : RadixCacheManager(options), policy_(dynamic_cast<ReturnRatePolicy&>(*options.policy)), unit_(options.unit) {}

  std::vector<PageId> evict(std::size_t num_pages) override {
    policies::Nodes nodes = snapshot().nodes;
    std::vector<PageId> wanted;
    while (wanted.size() < num_pages) {
      const std::uint32_t id = define(nodes);
      const std::vector<PageId>& pages = policies::find(nodes, id)->pages;
      const std::size_t rest = num_pages - wanted.size();
      const bool cut = unit_ == EvictionUnit::tail && pages.size() > rest;
      wanted.insert(wanted.end(), cut ? pages.end() - static_cast<std::ptrdiff_t>(rest) : pages.begin(), pages.end());
      not_the_oldest += id != policies::LeastRecent().define(nodes);
      ++victims;
      std::erase_if(nodes, [&](const NodeView& n) { return n.id == id; });
    }
    std::vector<PageId> freed = RadixCacheManager::evict(num_pages);
    if (freed != wanted) throw IntegrityError("I29: evict frees other pages than the definition");
    return freed;
  }

  std::size_t victims = 0, not_the_oldest = 0;

 private:
  std::uint32_t define(const policies::Nodes& nodes) const {
    const auto order = [](const NodeView& n) {
      return std::tuple(std::bit_cast<Word>(n.use.policy_word).last, n.use.last_used, n.id);
    };
    const policies::Nodes leaves = policies::unlocked_leaves(nodes);
    policies::Nodes ends;
    for (std::uint32_t of = 0; of < text_class::kCount; ++of) {
      policies::Nodes in = leaves;
      std::erase_if(in, [&](const NodeView& n) { return std::bit_cast<Word>(n.use.policy_word).of != of; });
      std::ranges::sort(in, {}, order);
      if (!in.empty()) ends.insert(ends.end(), {in.front(), in.back()});
    }
    const auto index = [&](const NodeView& n) { return policy_.index(n.use.policy_word); };
    const auto rank = [&](const NodeView& n) { return std::tuple(index(n), order(n)); };
    const NodeView& least = *std::ranges::min_element(ends, {}, rank);
    const NodeView& oldest = *std::ranges::min_element(leaves, {}, order);
    return (double(index(least)) < .8 * double(index(oldest)) ? least : oldest).id;
  }

  ReturnRatePolicy& policy_;
  EvictionUnit unit_;
};

TEST(ReturnRate, I29_VictimsAreTheDefinitions) {
  std::size_t victims = 0, not_the_oldest = 0;
  for (const EvictionUnit unit : {EvictionUnit::leaf, EvictionUnit::tail})
    for (const std::size_t P : {1, 3}) {
      const auto policy = std::make_shared<ReturnRatePolicy>();
      auto judged = std::make_unique<Judged>(RadixOptions{.page_size = P, .policy = policy, .unit = unit});
      Judged& counts = *judged;
      Story cache(std::move(judged), P, false);
      FreeList source(80 / P + 16);
      ASSERT_NO_THROW(random_life(cache, source,
                                  {.seed = P, .num_pages = 80 / P + 16, .steps = num_lives(500, 200), .max_live = 4}))
          << cache.text();
      victims += counts.victims, not_the_oldest += counts.not_the_oldest;
    }
  EXPECT_GT(victims, 50u);
  constexpr bool has_learned = !RADIXLAB_SHORT;  // short lives have too few requests for it
  EXPECT_GE(not_the_oldest, has_learned ? 1u : 0u)
      << "else the lives show no other policy than the least recently used";
}

// Each of forty chats goes on once a round: who has just been here is away for a round.
template <class Cache>
void serve_in_rounds(ServedBy<Cache>& s, TokenId rounds, std::size_t capacity) {
  std::vector<Text> chats;
  for (TokenId i = 0; i < 40; ++i) chats.push_back({100 + i});
  for (TokenId round = 0; round < rounds; ++round)
    for (Text& chat : chats) {
      chat.push_back(round);
      s.request(chat);
      const std::size_t cached = s.cache.size_info().total_size();
      if (cached > capacity) s.cache.evict(cached - capacity);
    }
}

TEST(ReturnRate, TheYoungestMayGoFirst) {
  Served s;
  serve_in_rounds(s, 30, SIZE_MAX);
  const PageId newest = s.next_page - 1;
  EXPECT_EQ(s.cache.evict(1), std::vector{newest});
}

TEST(ReturnRate, I29_VictimsAreTheDefinitionsWhereTheYoungestGo) {
  ServedBy<Judged> s;
  ASSERT_NO_THROW(serve_in_rounds(s, 12, 150));
  EXPECT_GT(s.cache.not_the_oldest, s.cache.victims / 10);
}

/// A life of requests by a generator of integers: the victims, and one number for all of them.
std::uint64_t victims_of_a_life(Served& s, int requests) {
  std::uint64_t random = 1, hash = 0;
  const auto below = [&](std::uint64_t n) {
    return ((random = random * 6364136223846793005U + 1442695040888963407U) >> 33) % n;
  };
  std::vector<Text> chats(50);
  for (int i = 0; i < requests; ++i) {
    if (i % 5 == 0) s.request({1, 2, static_cast<TokenId>(below(3))});  // all of it is shared
    Text& chat = chats[below(4) == 0 ? below(50) : below(8)];
    if (chat.size() > 40) chat.clear();
    if (chat.empty()) chat = {1, 2, static_cast<TokenId>(below(3))};
    for (std::uint64_t more = 1 + below(6); more > 0; --more) chat.push_back(static_cast<TokenId>(below(1000)));
    s.request(chat);
    const std::size_t cached = s.cache.size_info().total_size();
    if (cached <= 300) continue;
    for (const PageId page : s.cache.evict(cached - 300))
      hash = hash_page(hash, std::array{static_cast<TokenId>(page)});
  }
  return hash;
}

TEST(ReturnRate, I27_SameCallsSameVictimsOnEveryProcessor) {
  Served first, second;
  const std::uint64_t victims = victims_of_a_life(first, 1500);
  EXPECT_EQ(victims, victims_of_a_life(second, 1500));
  EXPECT_EQ(victims, 2987934963843300626u) << "which compiler, which processor?";
}

TEST(ReturnRate, AfterAResetNothingIsKnown) {
  Served used, fresh;
  victims_of_a_life(used, 500);
  used.cache.reset();
  used.next_page = 0;
  EXPECT_EQ(victims_of_a_life(used, 500), victims_of_a_life(fresh, 500));
}

// ---- strange calls, and memory

TEST(ReturnRate, StrangeCallsAreTaken) {
  Served s(2);
  s.cache.request_ended(Text{}, 0);
  s.cache.request_ended(Text{1}, 0);
  s.cache.request_ended(Text{1, 2, 3, 4, 5}, 4);  // not cached, and more found than there is
  s.cache.request_ended({Text{1, 2}, 7}, 100);
  s.request({1, 2, 3, 4});
  s.cache.request_ended(Text{1, 2, 3, 4}, 4);  // twice
  s.cache.request_ended(Text{1, 2}, 0);        // ends inside an edge
  s.cache.evict(1);
  s.cache.request_ended(Text{1, 2, 3, 4}, 4);
  s.cache.check_integrity();
  EXPECT_EQ(s.cache.evict(1).size(), 1u);
  EXPECT_EQ(s.cache.evict(0).size(), 0u);
}

TEST(ReturnRate, WhatItNotesTakesNoMemoryMore) {
  Served s;
  victims_of_a_life(s, 100);
  const Text text = {1, 2, 3, 900, 901};
  s.request(text);
  const std::size_t before = AllocationFault::live;
  for (int i = 0; i < 10'000; ++i) s.cache.request_ended(text, 5);
  EXPECT_EQ(AllocationFault::live, before);
  EXPECT_LT(sizeof(ReturnRatePolicy), 2'000'000u);
}

TEST(ReturnRate, ARequestWhoseNotesAreLostChangesNothing) {
  const Text text = {1, 2, 3};
  for (std::size_t k = 1;; ++k) {
    Served s, twin;
    for (Served* one : {&s, &twin}) one->request(text);
    {
      const AllocationFault fault(k);
      const FailHere here(true);
      s.cache.request_ended(text, 3);
      if (AllocationFault::seen < k) break;
    }
    for (Served* one : {&s, &twin}) one->request({1, 2, 3, 4});
    for (const Text& end : {text, Text{1, 2, 3, 4}}) {
      const Word its = s.word(end), wanted = twin.word(end);
      ASSERT_EQ(std::bit_cast<std::uint64_t>(its), std::bit_cast<std::uint64_t>(wanted)) << "allocation " << k;
    }
    ASSERT_LT(k, 20u);
  }
}

}  // namespace
}  // namespace radixlab
