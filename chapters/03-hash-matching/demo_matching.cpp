#include <fmt/format.h>

#include "02-longest-common-prefix/scene.hpp"
#include "03-hash-matching/demo_steps.hpp"
#include "03-hash-matching/hash_based_prefix_matcher.hpp"
#include "apps/cli.hpp"
#include "apps/demo_questions.hpp"
#include "apps/timing.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kSequences = 1000, kPrefix = 500, kSuffix = 100;
constexpr int kRuns = 5;  // of each measurement; the middle one is told

std::size_t hash_steps = 0;
std::uint64_t counted_roll(std::uint64_t before, TokenId last) {
  ++hash_steps;
  return roll_hash(before, last);
}

template <class Work>
double median_ms(Work work) {
  std::vector<double> times;
  times.reserve(kRuns);
  for (int i = 0; i < kRuns; ++i) times.push_back(milliseconds(work));
  return median(times);
}

HashBasedPrefixMatcher index_all(const std::vector<std::vector<TokenId>>& sequences, RollingHash roll) {
  HashBasedPrefixMatcher matcher(roll);
  for (const auto& sequence : sequences) matcher.index_sequence(sequence);
  return matcher;
}

void say_ms(Demo& demo, const char* words, const char* name, double ms, const std::string& more = "") {
  fmt::print("   {:<38}{:>10.3f} ms   {}\n", words, ms, more);
  demo.figure(std::string("matching.") + name + "_ms", ms);
}

}  // namespace

void show_matching(Demo& demo) {
  demo.step(fmt::format("Seed 004's benchmark: {} sequences of {} tokens, {} of them in common", grouped(kSequences),
                        kPrefix + kSuffix, kPrefix));
  const auto sequences = seed_sequences(kSequences, kPrefix, kSuffix);
  std::vector<TokenId> query = seed_query(kPrefix);
  query.pop_back();  // the seed's has one token of its own

  const PrefixDetector plain, vector_scan(get_match_len), counting(counting_match_len);
  PrefixMatch scanned;
  const double linear = median_ms([&] { scanned = plain.find_best_prefix_match(query, sequences); });
  const double fast = median_ms([&] { scanned = vector_scan.find_best_prefix_match(query, sequences); });
  const double build = median_ms([&] { index_all(sequences, roll_hash); });
  const HashBasedPrefixMatcher matcher = index_all(sequences, roll_hash);
  std::vector<MatchingPrefix> all;
  const double matches = median_ms([&] { all = matcher.find_matching_prefixes(query); });
  MatchingPrefix best;
  constexpr int kTimes = 100;
  const double one = median_ms([&] {
                       for (int i = 0; i < kTimes; ++i) best = matcher.find_best(query);
                     }) /
                     kTimes;
  bool same = best == MatchingPrefix{scanned.index, scanned.length} && all.size() == kSequences;
  for (const MatchingPrefix& match : all) same &= match.length == kPrefix;
  if (!same) throw CheckFailed("the matcher does not find what the scan finds");

  say_ms(demo, "linear scan, chapter 02's loop", "linear", linear);
  say_ms(demo, "linear scan, by vector instructions", "vector", fast);
  say_ms(demo, "hash-based indexing", "index", build);
  say_ms(demo, "hash-based query: every sequence", "query", matches, fmt::format("{} matches", grouped(all.size())));
  say_ms(demo, "hash-based total, index and query", "total", build + matches);
  fmt::print("   {:<38}{:>10.0f} x    the seed's last figure\n", "speedup, query only", linear / matches);
  demo.figure("matching.speedup", linear / matches);
  say_ms(demo, "find_best: the longest alone", "best", one, fmt::format("{:.0f} x", linear / one));

  tokens_compared = 0;
  counting.find_best_prefix_match(query, sequences);
  const HashBasedPrefixMatcher counted = index_all(sequences, counted_roll);
  hash_steps = 0;
  const std::size_t look_ups = counted.look_ups();
  counted.find_best(query);
  const std::size_t tokens = kSequences * (kPrefix + kSuffix);
  fmt::print("\n   the scan compares {} tokens; find_best hashes {} and verifies {} look-ups\n",
             grouped(tokens_compared), grouped(hash_steps), counted.look_ups() - look_ups);
  fmt::print("   {} tokens are indexed: {} distinct prefixes, {:.1f} bytes a token\n", grouped(tokens),
             grouped(matcher.num_prefixes()),
             static_cast<double>(matcher.memory_bytes()) / static_cast<double>(tokens));
  demo.figure("matching.tokens_compared", tokens_compared);
  demo.figure("matching.steps", hash_steps);
  demo.figure("matching.look_ups", counted.look_ups() - look_ups);
  demo.figure("matching.tokens", tokens);
  demo.figure("matching.prefixes", matcher.num_prefixes());
  demo.figure("matching.bytes", matcher.memory_bytes());
  demo.figure("matching.bytes_a_token", static_cast<double>(matcher.memory_bytes()) / static_cast<double>(tokens));
}

}  // namespace radixlab
