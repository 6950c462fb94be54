/// \file
/// The course's job at a desk without a model: four prompts of 2,030 tokens that begin with one document of 2,000. Its
/// figures stand in the tables of the chapters' texts, and answer their questions.
#pragma once
#include <string>

#include "01-naive-manager/scheduler_cache.hpp"
#include "apps/demo.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {

/// A desk under a manager, and what was computed and found on it. What has no room throws std::logic_error.
struct DemoPrompts {
  static constexpr std::size_t kDocument = 2000, kQuestion = 30, kPage = 16, kPool = 600;
  static Request document();
  static Request prompt(TokenId number);  ///< the document and a question of its own

  Demo& demo;
  std::string manager;  ///< its figures are called prompts.naive.computed and so on
  BaseCacheManager& cache;
  PageSource& source;
  std::size_t page_size = kPage, pool = kPool;  ///< [tokens], [pages]
  FakeKv kv{pool, page_size};
  CacheManager desk{cache, source, kv, page_size};
  std::size_t computed = 0, found = 0;  ///< [tokens]

  void start(Request& r);
  void compute(Request& r);
  void serve(Request r);  ///< start, compute, finish

  /// The four one after the other: the figures computed, found and copied.
  void one_by_one();
  /// All four at the same time, behind the document, which is done: the figures pages and places [tokens].
  void at_once();
  /// The document once more, but for its token 1,999, behind what is served: the figures `name`.naive.found and .copied.
  void nearly_the_document(const std::string& name);
};

}  // namespace radixlab
