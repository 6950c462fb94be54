// Chapter 05, tasks 5.5 and 5.6 under other policies and by the tail: evict takes what victim() names, and all of that;
// an insert tells the policy what it uses and cuts.
#include <gmock/gmock.h>
#include <numeric>

#include "05-radix-tree/radix_cache_manager.hpp"
#include "testing/expect_refused.hpp"
#include "testing/failure_story.hpp"

namespace radixlab {
namespace {

using testing::ElementsAre;

/// The most recently used goes first. It notes what it is told.
class Youngest : public EvictionPolicy {
 public:
  std::uint64_t score(const Node& leaf, std::uint64_t) override { return ~leaf.use.last_used; }
  void used(Node& node, std::uint64_t now) override { told.push_back("used " + name(node) + at(now)); }
  void split(Node& upper, Node& lower) override { told.push_back("split " + name(upper) + ", " + name(lower)); }
  void evicted(const Node& leaf, std::uint64_t now) override { told.push_back("evicted " + name(leaf) + at(now)); }
  void request_ended(EndedRequest& request) override {
    std::string said = "ended, " + std::to_string(request.found) + " of " + std::to_string(request.key.tokens.size());
    for (const Node* const node : request.path()) said += ", " + name(*node);
    told.push_back(said + ", " + std::to_string(request.hashes().size()) + " pages" + at(request.now));
  }
  void reset() override { told.push_back("reset"); }

  std::vector<std::string> told;

 private:
  static std::string name(const Node& node) {
    std::string text;
    for (const TokenId token : node.tokens.view()) text += std::to_string(token);
    return text;
  }
  static std::string at(std::uint64_t now) { return " at " + std::to_string(now); }
};

class Lab05Victims : public testing::Test {
 protected:
  std::shared_ptr<Youngest> policy = std::make_shared<Youngest>();
  RadixCacheManager manager;
  Story cache{manager, 2, false};
  FailureStory failure{cache};

  explicit Lab05Victims(EvictionUnit unit = EvictionUnit::leaf)
      : manager({.page_size = 2, .policy = policy, .unit = unit}) {}

  // Each letter is a page of two equal tokens.
  static std::vector<TokenId> text(std::string_view letters) {
    std::vector<TokenId> tokens;
    for (const char letter : letters) tokens.insert(tokens.end(), 2, letter - 'a');
    return tokens;
  }
  CacheHandle insert(std::string_view letters, PageId first) {
    std::vector<PageId> pages(letters.size());
    std::iota(pages.begin(), pages.end(), first);
    return cache.insert_prefix(text(letters), pages, {}).handle;
  }
  std::size_t match(std::string_view letters) { return cache.match_prefix(text(letters)).cached_len; }
  void TearDown() override {
    cache.check_integrity();
    cache.same_as_snapshot();
  }
};

class Lab05Tails : public Lab05Victims {
 protected:
  Lab05Tails() : Lab05Victims(EvictionUnit::tail) {}
};

TEST_F(Lab05Victims, T5_ThePolicySaysWhichLeafGoes) {
  insert("a", 0);
  insert("b", 1);
  insert("c", 2);
  match("b");
  EXPECT_THAT(cache.evict(2), ElementsAre(1, 2)) << "this policy lets the most recently used go: b, then c";
}

TEST_F(Lab05Victims, T6_ThePolicyHearsOfAnInsert) {
  insert("ab", 0);
  policy->told.clear();
  insert("abc", 0);
  EXPECT_THAT(policy->told, ElementsAre("used 22 at 2", "used 0011 at 2"))
      << "an insert uses its whole path, the new leaf too: touch() tells the policy of every node from there to the "
         "top";
  policy->told.clear();
  insert("ax", 10);
  EXPECT_THAT(policy->told, ElementsAre("split 00, 11", "used 2323 at 3", "used 00 at 3"))
      << "ax cuts the edge ab, which the policy has to hear: the manager's own lookup() tells it, the tree's does not";
}

TEST_F(Lab05Victims, GivenThePolicyHearsWhatHappens) {
  insert("abc", 0);
  match("ab");
  insert("abd", 10);
  cache.request_ended(text("abd"), 4);
  cache.evict(1);
  cache.reset();
  EXPECT_THAT(policy->told, ElementsAre("used 001122 at 1",                       // abc
                                        "split 0011, 22", "used 0011 at 2",       // ab, and below it c
                                        "used 33 at 3", "used 0011 at 3",         // d, from the end to the top
                                        "ended, 4 of 6, 0011, 33, 3 pages at 3",  // the names of all its pages
                                        "evicted 33 at 3", "evicted 22 at 3", "evicted 0011 at 3", "reset"));
}

TEST_F(Lab05Victims, GivenTheClockBeginsAnew) {
  insert("abc", 0);
  cache.reset();
  insert("abc", 0);
  ASSERT_FALSE(policy->told.empty());
  EXPECT_EQ(policy->told.back(), "used 001122 at 1") << "reset forgets the time too";
}

TEST_F(Lab05Victims, GivenTheEndOfAnUnknownText) {
  insert("abc", 0);
  cache.request_ended(text("abd"), 0);
  cache.request_ended({text("abc"), 7}, 0);
  ASSERT_EQ(policy->told.size(), 3u) << "an insert of one node, and two ends of requests";
  EXPECT_EQ(policy->told[1], "ended, 0 of 6, 3 pages at 1") << "abc is no part of abd, and its edge is not cut";
  EXPECT_EQ(policy->told[2], "ended, 0 of 6, 3 pages at 1");
}

TEST_F(Lab05Tails, T5_ATailIsEnough) {
  insert("abcd", 0);
  EXPECT_THAT(cache.evict(1), ElementsAre(3)) << "of a leaf of 4 pages one was needed: its last";
  EXPECT_EQ(match("abcd"), 6u);
  EXPECT_THAT(cache.evict(2), ElementsAre(1, 2));
  EXPECT_EQ(match("abcd"), 2u);
  EXPECT_THAT(cache.evict(1), ElementsAre(0));
}

TEST_F(Lab05Tails, T5_OnlyTheRestIsAskedFor) {
  insert("wxyz", 0);
  insert("ab", 10);
  EXPECT_THAT(cache.evict(3), ElementsAre(10, 11, 3))
      << "after the two pages of ab one more is needed: say so to victim";
}

TEST_F(Lab05Tails, T5_ATailUnderAParent) {
  insert("abcd", 0);
  insert("abxy", 10);
  EXPECT_THAT(cache.evict(3), ElementsAre(12, 13, 3)) << "xy is the youngest, then the tail of cd";
  EXPECT_EQ(cache.size_info(), (SizeInfo{3, 0}));
  EXPECT_EQ(match("abcd"), 6u);
}

TEST_F(Lab05Tails, T5_AHandleOnACutLeafIsRefused) {
  const CacheHandle whole = insert("abcd", 0);
  cache.evict(1);
  expect_refused("I28", [&] { cache.lock_handle(whole); });
  const CacheHandle rest = cache.match_prefix(text("abc"));
  cache.lock_handle(rest);
  expect_refused("I25", [&] { cache.evict(1); });
  cache.unlock_handle(rest);
}

TEST_F(Lab05Tails, GivenThePolicyHearsOfTheCut) {
  insert("abcd", 0);
  policy->told.clear();
  cache.evict(1);
  EXPECT_THAT(policy->told, ElementsAre("split 001122, 33", "evicted 33 at 1"));
}

// When a leaf is asked for again though nobody used it: it was retained, or time has passed.
TEST(Lab05Rescored, GivenARetainedLeafIsScoredAgain) {
  struct ByPriority : EvictionPolicy {
    std::uint64_t score(const Node& leaf, std::uint64_t) override {
      return static_cast<std::uint64_t>(leaf.use.priority);
    }
  };
  RadixCacheManager cache({.policy = std::make_shared<ByPriority>()});
  const CacheHandle first = cache.insert_prefix(std::vector{1}, std::vector<PageId>{0}, {}).handle;
  cache.insert_prefix(std::vector{2}, std::vector<PageId>{1}, {});
  cache.retain(first, 5, 100);
  EXPECT_THAT(cache.evict(2), ElementsAre(1, 0));
}

TEST(Lab05Rescored, GivenClassesChangeAsTimePasses) {
  struct OldOnesFirst : EvictionPolicy {  // of each class the youngest
    std::uint64_t score(const Node& leaf, std::uint64_t) override { return ~leaf.use.last_used; }
    bool scores_changed(std::uint64_t) override { return true; }
    std::uint32_t num_classes() const override { return 2; }
    std::uint32_t class_of(const Node& leaf, std::uint64_t now) override { return now < leaf.use.last_used + 3; }
  };
  RadixCacheManager cache({.policy = std::make_shared<OldOnesFirst>()});
  for (const TokenId i : {0, 1, 2}) cache.insert_prefix(std::vector{i}, std::vector{static_cast<PageId>(i)}, {});
  for (int i = 0; i < 3; ++i) cache.match_prefix(std::vector{2});
  EXPECT_THAT(cache.evict(3), ElementsAre(1, 0, 2)) << "0 and 1 have grown old since they came into the order";
}

}  // namespace
}  // namespace radixlab
