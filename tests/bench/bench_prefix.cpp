// The speed of finding a prefix: chapter 02's scan, token by token and by vector instructions, beside chapter 03's hash
// index; and get_match_len beside memcmp. The data are those of seed 004's two benchmarks, sections 2.1 and 2.2.
//
// Before anything is timed, all sides are asked once and must agree. ./lab bench prefix runs this as figures are taken.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstring>
#include <list>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>

#include "02-longest-common-prefix/prefix_detector.hpp"
#include "03-hash-matching/hash_based_prefix_matcher.hpp"
#include "run_benchmarks.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

/// Texts of a common prefix and a suffix of their own, and a query that shares the prefix and no more.
struct Data {
  Data(std::size_t count, std::size_t prefix_tokens, std::size_t suffix_tokens, const Text& rest)
      : prefix(prefix_tokens) {
    Text common(prefix);
    std::iota(common.begin(), common.end(), 0);
    std::mt19937 generator(1);
    std::uniform_int_distribution<TokenId> own(10'000, 20'000);
    for (std::size_t i = 0; i < count; ++i) {
      texts.push_back(common);
      for (std::size_t j = 0; j < suffix_tokens; ++j) texts.back().push_back(own(generator));
    }
    query = common;
    query.insert(query.end(), rest.begin(), rest.end());
  }
  std::span<const Text> first(std::size_t count) const { return std::span(texts).first(count); }

  std::size_t prefix;
  std::vector<Text> texts;
  Text query;
};

const Data kScanned(100, 1000, 100, {99'999, 99'998});  // seed 004, section 2.1
const Data kMatched(1000, 500, 100, {99'999});          // and 2.2

/// One way to compare two texts, as the detector takes it.
struct Scan {
  const char* name;
  PrefixDetector detector;
};
const Scan kScans[] = {{"scalar", PrefixDetector()}, {"vector", PrefixDetector(get_match_len)}};

constexpr std::size_t kCompared[] = {64, 256, 1000, 4096, 65'536};  // [tokens]
constexpr std::size_t kCounts[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1000};

HashBasedPrefixMatcher indexed(std::span<const Text> texts) {
  HashBasedPrefixMatcher matcher;
  for (const Text& text : texts) matcher.index_sequence(text);
  return matcher;
}

void require(bool same_work, const char* what) {
  if (!same_work) throw std::runtime_error(std::string("the sides did not do the same work: ") + what);
}

/// The longest prefix is the same by every way, and the first text has it.
void check_same_work() {
  for (const Scan& scan : kScans)
    for (const Data* data : {&kScanned, &kMatched})
      require(scan.detector.find_best_prefix_match(data->query, data->texts) == PrefixMatch{0, data->prefix},
              scan.name);
  for (const std::size_t count : kCounts) {
    const HashBasedPrefixMatcher matcher = indexed(kMatched.first(count));
    require(matcher.find_best(kMatched.query) == MatchingPrefix{0, kMatched.prefix}, "find_best");
    const std::vector<MatchingPrefix> all = matcher.find_matching_prefixes(kMatched.query);
    require(all.size() == count, "find_matching_prefixes: how many");
    require(std::ranges::all_of(all, [](const MatchingPrefix& m) { return m.length == kMatched.prefix; }),
            "find_matching_prefixes: how long");
  }
  for (const std::size_t n : kCompared) {
    const Text a(n, 7), b(n, 7);
    require(get_match_len(a, b) == n && std::memcmp(a.data(), b.data(), n * sizeof(TokenId)) == 0, "memcmp");
  }
}

template <class Work>
void time(const std::string& name, Work work) {
  benchmark::RegisterBenchmark(name.c_str(), [work](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(work());
  });
}

void compare_with_memcmp() {
  for (const std::size_t n : kCompared) {
    static std::list<std::pair<Text, Text>> pairs;  // the same bytes for both
    const auto& [a, b] = pairs.emplace_back(Text(n, 7), Text(n, 7));
    const std::span<const TokenId> left(a), right(b);
    time("compare/get_match_len/" + std::to_string(n), [left, right] { return get_match_len(left, right); });
    time("compare/memcmp/" + std::to_string(n),
         [left, right] { return std::memcmp(left.data(), right.data(), left.size_bytes()); });
  }
}

void find_among_many() {
  for (const Scan& scan : kScans) {
    time(std::string("detector/") + scan.name,
         [&scan] { return scan.detector.find_best_prefix_match(kScanned.query, kScanned.texts); });
    time(std::string("matching/") + scan.name,
         [&scan] { return scan.detector.find_best_prefix_match(kMatched.query, kMatched.texts); });
  }
  static const HashBasedPrefixMatcher matcher = indexed(kMatched.texts);
  time("matching/index", [] { return indexed(kMatched.texts); });
  time("matching/find_matching_prefixes", [] { return matcher.find_matching_prefixes(kMatched.query); });
  time("matching/find_best", [] { return matcher.find_best(kMatched.query); });
}

/// Where the query of an index, which hardly asks how many there are, begins to beat the scan.
void cross() {
  for (const std::size_t count : kCounts) {
    const std::string n = std::to_string(count);
    for (const Scan& scan : kScans)
      time(std::string("crossing/") + scan.name + "/" + n,
           [&scan, count] { return scan.detector.find_best_prefix_match(kMatched.query, kMatched.first(count)); });
    time("crossing/hash/" + n,
         [matcher = indexed(kMatched.first(count))] { return matcher.find_best(kMatched.query); });
  }
}

/// What a reader of the figures has to know beside the times.
void add_context() {
  const HashBasedPrefixMatcher matcher = indexed(kMatched.texts);
  const std::size_t tokens = kMatched.texts.size() * kMatched.texts.front().size();
  benchmark::AddCustomContext("compiler", RADIXLAB_COMPILER);
  benchmark::AddCustomContext("flags", RADIXLAB_FLAGS);
  benchmark::AddCustomContext("indexed_tokens", std::to_string(tokens));
  benchmark::AddCustomContext("indexed_prefixes", std::to_string(matcher.num_prefixes()));
  benchmark::AddCustomContext("index_bytes", std::to_string(matcher.memory_bytes()));
}

void print_help() {
  benchmark::PrintDefaultHelp();
  std::puts("\nExample: taskset -c 1 build/test/bin/bench_prefix --benchmark_filter=compare");
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  return radixlab::run_benchmarks("bench_prefix", argc, argv, radixlab::print_help, [] {
    radixlab::check_same_work();
    radixlab::compare_with_memcmp();
    radixlab::find_among_many();
    radixlab::cross();
    radixlab::add_context();
  });
}
