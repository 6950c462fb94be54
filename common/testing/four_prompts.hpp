/// \file
/// Chapter 01's scene, which the chapters after it play too: prompts of 2,030 tokens that begin with one document of 2,000, at a
/// desk without a model.
#pragma once
#include <numeric>

#include "01-naive-manager/scheduler_cache.hpp"
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

}  // namespace radixlab
