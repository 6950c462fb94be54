/// \file
/// demo_01's desk: a row of the ladder over a tiny pool without a model, and what every step does to its pages.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "01-naive-manager/factory.hpp"
#include "01-naive-manager/scheduler_cache.hpp"
#include "testing/fake_kv.hpp"

namespace radixlab {

/// The pool after a step. Page p is empty (free), "a" (private to request a), "#" (cached), or "#a" (cached, and a uses
/// it).
struct PoolState {
  std::vector<std::string> pages;  ///< [pages of the pool]
  std::size_t free = 0, private_pages = 0, cached = 0;
};

class DemoDesk {
 public:
  DemoDesk(std::span<const Stage> stages, const std::string& manager, std::size_t num_pages, std::size_t page_size);
  DemoDesk(const DemoDesk&) = delete;  // its desk refers to its other members
  DemoDesk& operator=(const DemoDesk&) = delete;

  /// The desk's calls, by the request's letter. Each answers in a few words: "hit 8, takes 1 page", "no room: waits".
  std::string start(char name, std::vector<TokenId> prompt);
  std::string compute(char name, std::size_t tokens);  ///< writes KV, up to `tokens` in all, and raises `computed`
  std::string chunk_done(char name);
  std::string grow(char name, TokenId generated);  ///< appends a token and finds room for it
  std::string finish(char name);

  bool is_running(char name) const;
  std::size_t hit(char name) const { return requests_.at(name).hit; }
  std::size_t tokens_computed() const { return tokens_computed_; }

  /// Throws IntegrityError if the pages do not add up to the pool (I4), if one is in two places (I3), or if a running
  /// request's pages do not hold its keys and values (I10).
  PoolState state() const;

  /// What the manager was asked since the last call of this: "match 11 -> 8, copy, lock". An arrow's
  /// right side is what was cached, in tokens.
  std::string calls();

 private:
  void add_cached(PoolState& state) const;
  void add_running(PoolState& state) const;

  std::size_t num_pages_, page_size_;
  ManagedPool cache_;
  FakeKv kv_;
  CacheManager desk_;
  std::map<char, Request> requests_;
  std::size_t tokens_computed_ = 0, lines_read_ = 0;
};

}  // namespace radixlab
