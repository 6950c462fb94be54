// Chapter 07, task 7.4: which prefixes are worth their memory.
#include <gmock/gmock.h>
#include <map>
#include <numeric>
#include <random>

#include "07-eviction/adaptive_prefix_cache.hpp"
#include "contract/todo.hpp"

namespace radixlab {

void PrintTo(const AdmissionDecision& said, std::ostream* out) {
  *out << (said.should_cache ? "yes, \"" : "no, \"") << said.reason << '"';
}
static bool operator==(const AdmissionDecision& a, const AdmissionDecision& b) {
  return a.should_cache == b.should_cache && a.reason == b.reason;
}

namespace {

using Text = std::vector<TokenId>;

Text text(std::size_t n, TokenId first = 1) {
  Text all(n);
  std::iota(all.begin(), all.end(), first);
  return all;
}
std::span<const TokenId> prefix(const Text& of, std::size_t length) { return std::span(of).first(length); }

/// For its lifetime steps of the hash are counted, where it is the hash in use.
class CountedSteps {
 public:
  CountedSteps() { steps_ = 0; }
  static std::uint64_t roll(std::uint64_t before, TokenId last) { return ++steps_, roll_hash(before, last); }
  std::size_t steps() const { return steps_; }

 private:
  static inline std::size_t steps_ = 0;
};

class Lab07Admission : public testing::Test {
 protected:
  static constexpr AdaptiveOptions kSmall{.min_prefix_length = 4, .max_prefix_length = 12};
  AdaptivePrefixCache cache{kSmall};

  static void count(AdaptivePrefixCache& cache, std::span<const TokenId> of, std::size_t times) {
    for (; times > 0; --times) cache.update_reuse_stats(of);
  }
};

TEST_F(Lab07Admission, T4_ThirdTimeLucky) {
  const Text document = text(8);
  EXPECT_EQ(cache.should_cache_prefix(document), kFirst) << "nobody has asked for this text before";
  count(cache, document, 1);
  EXPECT_EQ(cache.should_cache_prefix(document), kLowReuse) << "one earlier request had it: one is no reuse yet";
  count(cache, document, 1);
  EXPECT_EQ(cache.should_cache_prefix(document), kHighReuse) << "two earlier requests had it";
  count(cache, document, 3);
  EXPECT_EQ(cache.should_cache_prefix(document), kHighReuse) << "five earlier requests had it";
  EXPECT_EQ(cache.should_cache_prefix(text(8, 2)), kFirst) << "another text of that length was not counted";
  EXPECT_EQ(cache.should_cache_prefix(prefix(document, 7)), kFirst) << "a shorter prefix is counted for itself";
}

// Seed 004, section 4.2: its own code never caches in this example (S5).
TEST_F(Lab07Admission, T4_TheSeedsExample) {
  AdaptivePrefixCache seed({.min_prefix_length = 50, .max_prefix_length = 5000});
  const Text document = text(1000, 0);
  for (int request = 1; request <= 20; ++request) {
    Text asked = document;
    asked.push_back(10000 + request);
    EXPECT_EQ(seed.should_cache_prefix(prefix(asked, 1000)), request == 1   ? kFirst
                                                             : request == 2 ? kLowReuse
                                                                            : kHighReuse)
        << "S5: request " << request << " of 20 with one document of 1,000 tokens; each request was counted";
    seed.update_reuse_stats(prefix(asked, 1000));
  }
  const ReuseStatistics end = seed.statistics();
  EXPECT_EQ(end.unique_prefixes, 1u) << "all 20 requests counted the same prefix";
  EXPECT_EQ(end.highly_reused, 1u) << "and it was counted 20 times, which is five times or more";
  EXPECT_EQ(end.ratio(), 1.0);
}

TEST_F(Lab07Admission, T4_LengthComesFirst) {
  const Text all = text(13);
  for (const std::size_t length : {0, 3, 4, 12, 13}) count(cache, prefix(all, length), 2);
  EXPECT_EQ(cache.should_cache_prefix(prefix(all, 3)), kTooShort) << "3 tokens, and the minimum is 4";
  EXPECT_EQ(cache.should_cache_prefix(prefix(all, 4)), kHighReuse) << "the minimum itself is long enough";
  EXPECT_EQ(cache.should_cache_prefix(prefix(all, 12)), kHighReuse) << "the maximum itself is not too long";
  EXPECT_EQ(cache.should_cache_prefix(prefix(all, 13)), kTooLong) << "13 tokens, and the maximum is 12";
  EXPECT_EQ(cache.should_cache_prefix({}), kTooShort) << "an empty prefix";
  EXPECT_EQ(cache.should_cache_prefix(prefix(all, 3), 0), kTooShort)
      << "too short, and no memory either: length is looked at first";
  EXPECT_EQ(cache.should_cache_prefix(prefix(all, 13), 0), kTooLong)
      << "too long, and no memory either: length is looked at first";
}

TEST_F(Lab07Admission, T4_MemoryComesSecond) {
  const Text often = text(8), fresh = text(8, 50);
  count(cache, often, 2);
  EXPECT_EQ(cache.should_cache_prefix(often, 7), kNoMemory) << "S14: 8 tokens, and 7 are free or can be evicted";
  EXPECT_EQ(cache.should_cache_prefix(often, 8), kHighReuse) << "S14: 8 tokens, and just 8 are free or can be evicted";
  EXPECT_EQ(cache.should_cache_prefix(often, 0), kNoMemory) << "S14: nothing is free";
  EXPECT_EQ(cache.should_cache_prefix(fresh, 7), kNoMemory)
      << "its first occurrence, and no memory: memory is looked at before reuse";
}

TEST_F(Lab07Admission, T4_AskingCountsNothing) {
  const Text document = text(8);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(cache.should_cache_prefix(document), kFirst)
        << "it was asked about " << i << " times, and no request was counted: asking is no use of a prefix";
  cache.optimize_prefix_length(document, 1.0);
  EXPECT_EQ(cache.statistics().unique_prefixes, 0u) << "should_cache_prefix and optimize_prefix_length count nothing";
}

TEST_F(Lab07Admission, T4_Statistics) {
  EXPECT_EQ(cache.statistics().unique_prefixes, 0u) << "nothing was counted yet";
  EXPECT_EQ(cache.statistics().ratio(), 0.0) << "none of none";
  for (int times = 1; times <= 7; ++times) count(cache, text(8, 100 * times), static_cast<std::size_t>(times));
  const ReuseStatistics now = cache.statistics();
  EXPECT_EQ(now.unique_prefixes, 7u) << "seven texts were counted, one to seven times";
  EXPECT_EQ(now.highly_reused, 3u) << "of them three were counted five times or more: five, six and seven times";
  EXPECT_DOUBLE_EQ(now.ratio(), 3.0 / 7.0);
}

TEST_F(Lab07Admission, T4_StepsAreThePrefixesOneByOne) {
  const Text request = text(15);
  for (const std::size_t step : {1, 2, 3, 4, 5, 12, 13, 20}) {
    AdaptivePrefixCache steps(kSmall), single(kSmall);
    std::size_t prefixes = 0;
    for (int again = 0; again < 2; ++again) {
      steps.update_reuse_stats(request, step);
      prefixes = 0;
      for (std::size_t length = step; length <= 12; length += step)
        if (length >= 4) single.update_reuse_stats(prefix(request, length)), ++prefixes;
    }
    EXPECT_EQ(steps.statistics().unique_prefixes, prefixes)
        << "a text of 15 tokens in steps of " << step
        << ": counted are the multiples of it from the minimum, 4, to the "
        << "maximum, 12";
    for (std::size_t length = 4; length <= 12; ++length)
      EXPECT_EQ(steps.should_cache_prefix(prefix(request, length)), single.should_cache_prefix(prefix(request, length)))
          << "a text of 15 tokens was counted twice in steps of " << step << "; asked about its first " << length
          << ", against the same prefixes counted one by one";
  }
}

TEST_F(Lab07Admission, T4_StepsOfAShortText) {
  cache.update_reuse_stats(text(3), 1);
  cache.update_reuse_stats({}, 2);
  EXPECT_EQ(cache.statistics().unique_prefixes, 0u) << "a text of 3 tokens has no prefix of the minimum, 4";
  cache.update_reuse_stats(text(7), 4);
  EXPECT_EQ(cache.statistics().unique_prefixes, 1u) << "a text of 7 tokens in steps of 4 has one prefix: of 4 tokens";
}

TEST_F(Lab07Admission, T4_TheLengthThatIsWorthMost) {
  const Text request = text(12);
  count(cache, prefix(request, 5), 3);
  count(cache, prefix(request, 8), 2);
  EXPECT_EQ(cache.optimize_prefix_length(request, 1.0), 8u)
      << "5 tokens were counted three times and are worth 5 x 3 - 0.5; 8 twice, worth 8 x 2 - 0.8: more";
  count(cache, prefix(request, 5), 1);
  EXPECT_EQ(cache.optimize_prefix_length(request, 1.0), 5u)
      << "5 tokens were counted four times and are worth 5 x 4 - 0.5; 8 twice, worth 8 x 2 - 0.8: less";
}

TEST_F(Lab07Admission, T4_CountsHaveNoEnd) {
  const Text request = text(12);
  count(cache, prefix(request, 4), 70'000);
  count(cache, prefix(request, 12), 22'000);
  EXPECT_EQ(cache.optimize_prefix_length(request, 1.0), 4u)
      << "4 tokens were counted 70,000 times, and 12 tokens 22,000 times: 4 x 70,000 is more than 12 x 22,000";
}

TEST_F(Lab07Admission, T4_TheFullLengthIsTried) {
  for (const std::size_t n : {4, 5, 11, 12}) {
    AdaptivePrefixCache fresh(kSmall);
    count(fresh, text(n), 2);
    EXPECT_EQ(fresh.optimize_prefix_length(text(n), 1.0), n)
        << "S14: of " << n << " tokens all were counted, and no shorter prefix: the full length is tried too";
  }
}

TEST_F(Lab07Admission, T4_WithinTheLimits) {
  const Text request = text(20);
  for (const std::size_t length : {2, 3, 13, 20}) count(cache, prefix(request, length), 9);
  EXPECT_EQ(cache.optimize_prefix_length(request, 1.0), 4u)
      << "2, 3, 13 and 20 tokens were counted, all below the minimum, 4, or above the maximum, 12: nothing within them "
         "is worth more than 0, so that it is the minimum";
  for (const std::size_t n : {0, 1, 3})
    EXPECT_EQ(cache.optimize_prefix_length(text(n), 1.0), n) << "shorter than the minimum: all of it";
  count(cache, prefix(request, 12), 1);
  EXPECT_EQ(cache.optimize_prefix_length(request, 1.0), 12u) << "the maximum itself is tried";
}

TEST_F(Lab07Admission, T4_WorthNothing) {
  const Text request = text(12);
  EXPECT_EQ(cache.optimize_prefix_length(request, 1.0), 4u) << "nothing was counted: the minimum";
  count(cache, prefix(request, 8), 1);
  EXPECT_EQ(cache.optimize_prefix_length(request, 0.1), 4u)
      << "8 tokens were counted once, at a cost of 0.1 a token: 8 x 0.1 - 0.8 is not more than 0, so the minimum";
  EXPECT_EQ(cache.optimize_prefix_length(request, 0.01), 4u) << "worth less than 0: the minimum";
  EXPECT_EQ(cache.optimize_prefix_length(request, 0.2), 8u) << "8 x 0.2 - 0.8 is more than 0";
}

TEST_F(Lab07Admission, T4_TheShortestOfEquals) {
  const Text request = text(12);
  const double so_large_that_memory_costs_nothing = 0x1p60;
  count(cache, prefix(request, 4), 3);
  count(cache, prefix(request, 6), 2);
  count(cache, prefix(request, 12), 1);
  EXPECT_EQ(cache.optimize_prefix_length(request, so_large_that_memory_costs_nothing), 4u)
      << "4 x 3, 6 x 2 and 12 x 1 are worth the same: the shortest of equals";
}

// A prefix's hash is one step from that of the prefix before it.
TEST_F(Lab07Admission, T4_OneStepATokenAndNoMore) {
  constexpr std::size_t kTokens = 2000;
  AdaptivePrefixCache rolled({.min_prefix_length = 10, .max_prefix_length = 10'000, .roll = CountedSteps::roll});
  const Text request = text(kTokens);
  const auto expect_linear = [&](const std::string& call, const auto& made) {
    const CountedSteps counted;
    made();
    EXPECT_LE(counted.steps(), kTokens) << "S14: " << call << " on " << kTokens
                                        << " tokens: one step of the rolling hash a token is enough";
    EXPECT_GT(counted.steps(), 0u) << call << ": no step of AdaptiveOptions::roll was taken; it is the hash to use";
  };
  expect_linear("update_reuse_stats", [&] { rolled.update_reuse_stats(request); });
  expect_linear("update_reuse_stats in steps", [&] { rolled.update_reuse_stats(request, 4); });
  expect_linear("should_cache_prefix", [&] { rolled.should_cache_prefix(request); });
  expect_linear("optimize_prefix_length", [&] { rolled.optimize_prefix_length(request, 1.0); });
}

TEST_F(Lab07Admission, T4_CountsGoByTheHashAlone) {
  const RollingHash digits = [](std::uint64_t before, TokenId last) {
    return before * 10 + static_cast<std::uint64_t>(last);
  };
  AdaptivePrefixCache rolled({.min_prefix_length = 4, .max_prefix_length = 12, .roll = digits});
  const Text longer{0, 0, 0, 4, 2}, shorter{0, 0, 4, 2};
  count(rolled, longer, 2);
  EXPECT_EQ(rolled.should_cache_prefix(shorter), kHighReuse)
      << "0 0 0 4 2 was counted twice; rolled from 0 on, its hash is 42, and so is that of 0 0 4 2: one count for both";
  EXPECT_EQ(rolled.statistics().unique_prefixes, 1u);
}

// Random requests of few tokens, so that prefixes meet, against a table of whole texts.
TEST_F(Lab07Admission, T4_AsATableOfTexts) {
  std::mt19937 numbers(704);
  const auto random = [&](std::size_t n) { return numbers() % n; };
  for (int life = 0; life < 20 && !HasFailure(); ++life) {
    AdaptivePrefixCache counted(kSmall);
    std::map<Text, std::size_t> table;
    const auto times = [&](const Text& of) { return table.contains(of) ? table.at(of) : 0; };
    for (int i = 0; i < 40 && !HasFailure(); ++i) {
      Text request(random(16));
      for (TokenId& token : request) token = static_cast<TokenId>(random(8) == 0);
      const std::string about = testing::PrintToString(request);
      const std::size_t n = request.size(), free = random(16);
      const AdmissionDecision right = n < 4                 ? kTooShort
                                      : n > 12              ? kTooLong
                                      : n > free            ? kNoMemory
                                      : times(request) == 0 ? kFirst
                                      : times(request) == 1 ? kLowReuse
                                                            : kHighReuse;
      EXPECT_EQ(counted.should_cache_prefix(request, free), right)
          << about << " was counted " << times(request) << " times, and " << free << " tokens are free";
      const double cost = 0.05 * double(random(40));
      const auto value = [&](std::size_t length) {
        return double(length) * cost * double(times({request.begin(), request.begin() + std::ptrdiff_t(length)})) -
               0.1 * double(length);
      };
      double most = 0;
      for (std::size_t length = 4; length <= std::min<std::size_t>(n, 12); ++length)
        most = std::max(most, value(length));
      const std::size_t found = counted.optimize_prefix_length(request, cost);
      if (n < 4 || most < 1e-9) {
        EXPECT_EQ(found, std::min<std::size_t>(n, 4)) << about << ": nothing is worth more than 0, or it is shorter";
      } else if (found < 4 || found > std::min<std::size_t>(n, 12) || value(found) < most - 1e-9) {
        ADD_FAILURE() << about << " at a cost of " << cost << ": found " << found
                      << " tokens, but another length is worth more: " << most;
      }
      if (random(3) == 0) {
        counted.update_reuse_stats(request), ++table[request];
      } else {
        const std::size_t step = 1 + random(4);
        counted.update_reuse_stats(request, step);
        for (std::size_t length = step; length <= std::min<std::size_t>(n, 12); length += step)
          if (length >= 4) ++table[{request.begin(), request.begin() + std::ptrdiff_t(length)}];
      }
    }
    const auto often = std::ranges::count_if(table, [](const auto& entry) { return entry.second >= 5; });
    EXPECT_EQ(counted.statistics().unique_prefixes, table.size()) << "texts that were counted";
    EXPECT_EQ(counted.statistics().highly_reused, static_cast<std::size_t>(often))
        << "texts that were counted five times or more";
  }
}

}  // namespace
}  // namespace radixlab
