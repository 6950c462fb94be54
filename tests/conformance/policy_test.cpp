// Chapter 06's cache under policies that it does not have, and by the tail: each victim of random request lives is
// the one of the definition (I29), and each policy is told what happens.
#include <gmock/gmock.h>

#include "lives.hpp"
#include "policies.hpp"
#include "storage/free_list.hpp"

namespace radixlab {
namespace {

using policies::Defined;

struct PolicyCell {
  const char* name;
  std::shared_ptr<Defined> (*make)();
  EvictionUnit unit;
  std::size_t page_size;
  bool partial_hits;
};

struct Judgements {
  std::size_t victims = 0, cut = 0, not_the_oldest = 0;  // leaves
  std::size_t ended = 0;                                 // requests
};

/// The manager, with each answer of evict held against the definition, and the words against what they count.
class Judged : public PagedRadixCache {
 public:
  Judged(std::shared_ptr<PageAllocator> pages, const PolicyCell& cell, std::shared_ptr<Defined> policy, Judgements& sum)
      : PagedRadixCache(std::move(pages), {cell.page_size, cell.partial_hits, policy, cell.unit}),
        policy_(std::move(policy)),
        unit_(cell.unit),
        sum_(sum) {}

  std::vector<PageId> evict(std::size_t num_pages) override {
    const Snapshot before = snapshot();
    std::vector<PageId> told;
    policy_->gone = &told;
    std::vector<PageId> freed = PagedRadixCache::evict(num_pages);
    require(freed == by_definition(before.nodes, num_pages), "I29: evict frees other pages than the definition");
    require(freed == told, "the policy is not told of each leaf that goes, once");
    require(unit_ == EvictionUnit::leaf || freed.size() == num_pages, "a tail has more pages than were needed");
    check_words();
    return freed;
  }
  void request_ended(PrefixKey key, std::size_t found) override {
    RadixCacheManager::request_ended(key, found);
    ended_.push_back({key.cache_salt, {key.tokens.begin(), key.tokens.end()}});
    ++sum_.ended;
    check_words();
  }
  std::vector<PageId> reset() override {
    std::vector<PageId> all = RadixCacheManager::reset();
    ended_.clear();
    return all;
  }

 private:
  static void require(bool right, const std::string& what) {
    if (!right) throw IntegrityError(what);
  }
  void check_words() const {
    const std::string wrong = policy_->wrong_words(snapshot().nodes, ended_);
    require(wrong.empty(), wrong);
  }
  std::vector<PageId> by_definition(policies::Nodes nodes, std::size_t needed) {
    std::vector<PageId> freed;
    while (freed.size() < needed) {
      const std::uint32_t id = policy_->define(nodes);
      const std::vector<PageId>& pages = policies::find(nodes, id)->pages;
      const std::size_t rest = needed - freed.size();
      const bool cut = unit_ == EvictionUnit::tail && pages.size() > rest;
      freed.insert(freed.end(), cut ? pages.end() - static_cast<std::ptrdiff_t>(rest) : pages.begin(), pages.end());
      ++sum_.victims;
      sum_.cut += cut;
      sum_.not_the_oldest += id != policies::LeastRecent().define(nodes);
      std::erase_if(nodes, [&](const NodeView& n) { return n.id == id; });
    }
    return freed;
  }

  std::shared_ptr<Defined> policy_;
  EvictionUnit unit_;
  Judgements& sum_;
  policies::Ended ended_;
};

class Policy : public testing::TestWithParam<PolicyCell> {};

TEST_P(Policy, I29_VictimsAreTheDefinitions) {
  const PolicyCell& cell = GetParam();
  Judgements sum;
  LifeCounts lives;
  for (std::uint64_t seed = 1; seed <= num_lives(8, 3); ++seed) {
    const LifeOptions options = life_options(cell.page_size, seed);
    const auto pages = std::make_shared<PageAllocator>(options.num_pages);
    Story cache(std::make_unique<Judged>(pages, cell, cell.make(), sum), cell.page_size, cell.partial_hits);
    ASSERT_NO_THROW(lives += random_life(cache, *pages, options)) << "seed " << seed << "\n" << cache.text();
  }
  EXPECT_GT(sum.victims, 50u);
  EXPECT_GT(sum.ended, 50u);
  EXPECT_GT(lives.reused, 100u);
  EXPECT_GT(lives.splits, 3u);
  if (cell.unit == EvictionUnit::tail) {
    EXPECT_GT(sum.cut, 10u);
  }
  if (cell.name != std::string_view("LeastRecent")) {
    EXPECT_GT(sum.not_the_oldest, sum.victims / 10)
        << "else the lives show no other policy than the least recently used";
  }
}

template <class P>
std::shared_ptr<Defined> make_policy() {
  return std::make_shared<P>();
}

constexpr struct {
  const char* name;
  std::shared_ptr<Defined> (*make)();
} kPolicies[] = {{"LeastRecent", make_policy<policies::LeastRecent>}, {"MostRecent", make_policy<policies::MostRecent>},
                 {"Frequent", make_policy<policies::Frequent>},       {"Halving", make_policy<policies::Halving>},
                 {"Crowded", make_policy<policies::Crowded>},         {"Fading", make_policy<policies::Fading>},
                 {"ByClass", make_policy<policies::ByClass>},         {"Remembers", make_policy<policies::Remembers>}};

std::vector<PolicyCell> policy_cells() {
  std::vector<PolicyCell> all;
  for (const auto& [name, make] : kPolicies)
    for (const EvictionUnit unit : {EvictionUnit::leaf, EvictionUnit::tail}) {
      for (const std::size_t P : {1, 3, 4}) all.push_back({name, make, unit, P, false});
      all.push_back({name, make, unit, 3, true});
    }
  return all;
}

std::string policy_cell_name(const testing::TestParamInfo<PolicyCell>& cell) {
  return std::string(cell.param.name) + (cell.param.unit == EvictionUnit::tail ? "_tail" : "_leaf") +
         (cell.param.partial_hits ? "_partial_P" : "_P") + std::to_string(cell.param.page_size);
}

void PrintTo(const PolicyCell& cell, std::ostream* os) { *os << cell.name << ", P = " << cell.page_size; }

INSTANTIATE_TEST_SUITE_P(Seam, Policy, testing::ValuesIn(policy_cells()), policy_cell_name);

// Without a policy all is as with one that says what the manager does by itself: no answer differs, whatever is asked.
TEST(DefaultPolicy, I27_TheDefaultIsLeastRecentlyUsed) {
  for (const std::size_t P : {1, 4})
    for (std::uint64_t seed = 1; seed <= num_lives(10, 3); ++seed) {
      const LifeOptions options = life_options(P, seed);
      std::string stories[2];
      for (const bool by_policy : {false, true}) {
        const auto policy = by_policy ? std::make_shared<policies::LeastRecent>() : nullptr;
        Story cache(std::make_unique<RadixCacheManager>(RadixOptions{.page_size = P, .policy = policy}), P, false);
        FreeList source(options.num_pages);
        random_life(cache, source, options);
        stories[by_policy] = cache.text();
      }
      ASSERT_EQ(stories[0], stories[1]) << "P " << P << ", seed " << seed;
    }
}

// A policy that has no opinion: its leaf of the lowest class, and there the one that came first.
TEST(DefaultPolicy, TheLowestClassLosesItsFirst) {
  struct TwoClasses : EvictionPolicy {
    std::uint64_t score(const Node& leaf, std::uint64_t) override { return leaf.use.last_used; }
    std::uint32_t num_classes() const override { return 2; }
    std::uint32_t class_of(const Node& leaf, std::uint64_t) override { return leaf.use.hits > 0; }
  };
  RadixCacheManager cache({.policy = std::make_shared<TwoClasses>()});
  for (const TokenId i : {0, 1, 2}) cache.insert_prefix(std::vector{i}, std::vector{static_cast<PageId>(i)}, {});
  cache.match_prefix(std::vector{0});
  EXPECT_EQ(cache.evict(3), (std::vector<PageId>{1, 2, 0}));
}

TEST(DefaultPolicy, ClassesAreCounted) {
  struct Classes : policies::LeastRecent {
    explicit Classes(std::uint32_t count) : classes(count) {}
    std::uint32_t num_classes() const override { return classes; }
    std::uint32_t classes;
  };
  const auto make = [](std::uint32_t n) { RadixCacheManager cache({.policy = std::make_shared<Classes>(n)}); };
  EXPECT_NO_THROW(make(64));
  EXPECT_THROW(make(65), std::invalid_argument);
  EXPECT_THROW(make(0), std::invalid_argument);
}

}  // namespace
}  // namespace radixlab
