/// \file
/// Chapter 01's scene, for the suites of chapter 02: prompts of 2,030 tokens that begin with one document of 2,000, at a
/// desk without a model.
#pragma once
#include <numeric>

#include "01-naive-manager/scheduler_cache.hpp"
#include "02-longest-common-prefix/prefix_detector.hpp"
#include "storage/free_list.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {

inline constexpr std::size_t kDocument = 2000, kQuestion = 30, kPage = 16, kPool = 600;

inline Request question(TokenId number) {
  Request r;
  r.tokens.resize(kDocument + kQuestion);
  std::iota(r.tokens.begin(), r.tokens.end(), 0);
  for (std::size_t i = kDocument; i < r.tokens.size(); ++i) r.tokens[i] += 10000 * number;
  return r;
}

/// A desk under a manager, and what was computed and found on it.
struct Bench {
  BaseCacheManager& cache;
  FreeList list{kPool};
  FakeKv kv{kPool, kPage};
  CacheManager desk{cache, list, kv, kPage};
  std::size_t computed = 0, found = 0;

  void start(Request& r) {
    if (!desk.start(r)) throw std::logic_error("600 pages are too few for the prompts of this scene");
    found += r.hit;
  }
  void compute(Request& r) {
    computed += r.tokens.size() - r.computed;
    kv.write(r.tokens, r.pages, r.computed);
    r.computed = r.tokens.size();
  }
  void serve(Request r) {
    start(r);
    compute(r);
    desk.finish(r);
  }
  std::size_t pages_out() const { return kPool - list.free_count(); }
};

inline std::size_t tokens_compared = 0;

/// The plain loop, and a note of how often it has compared a token with a token.
inline std::size_t counting_match_len(std::span<const TokenId> a, std::span<const TokenId> b) {
  const std::size_t length = PrefixDetector::find_longest_common_prefix(a, b);
  tokens_compared += length + (length < std::min(a.size(), b.size()));
  return length;
}

/// Seed 004's benchmark, section 2.1: 100 sequences of one prefix of 1,000 tokens, and 100 tokens of their own.
inline std::vector<std::vector<TokenId>> seed_sequences() {
  std::vector<std::vector<TokenId>> all(100, std::vector<TokenId>(1100));
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::iota(all[i].begin(), all[i].end(), 0);
    for (std::size_t t = 1000; t < 1100; ++t) all[i][t] = static_cast<TokenId>(10000 + 100 * i + t);
  }
  return all;
}

inline std::vector<TokenId> seed_query() {
  std::vector<TokenId> query(1000);
  std::iota(query.begin(), query.end(), 0);
  query.insert(query.end(), {99999, 99998});
  return query;
}

}  // namespace radixlab
