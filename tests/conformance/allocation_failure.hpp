/// \file
/// The fixture of the failure-injection suites: a world that is made anew for each failure, and the loop over them.
#pragma once
#include <gmock/gmock.h>

#include "01-naive-manager/scheduler_cache.hpp"
#include "failing_allocations.hpp"
#include "testing/fake_kv.hpp"
#include "variants.hpp"

namespace radixlab {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

struct Count {
  std::size_t calls = 0, allocations = 0;
};
inline std::map<std::pair<std::string, std::string>, Count> table;  // by manager and call

// A watched manager with its pool, requests and all that a call needs; made anew for each failure.
struct World {
  World(const Cell& cell, std::size_t num_pages)
      : P(letter_tokens(cell.page_size, cell.row->whole_texts)),
        N(num_pages),
        made(cell.row->make(cell.options(N))),
        cache(counted, cell.page_size, cell.row->partial_hits) {}

  std::size_t P, N;  // P: tokens of a letter, a page or a part of a row
  ManagedPool made;
  Counted counted{*made.manager};
  SparedStory cache;
  FakeKv kv{N, cache.page_size()};
  OnGive source{*made.source, [this](PageId page) { kv.poison(page); }};
  std::unique_ptr<CacheManager> set_up = set_up_desk(made.make_desk, cache, source, kv, cache.page_size());
  CacheManager& desk = *set_up;
  Request r;           // the one that the desk's call is about
  Text text;           // what the manager's call is about
  Pages pages;         // its pages, the caller's until they are given
  CacheHandle handle;  // where it resumes, or what it names

  Text tokens(std::string_view letters) const {
    Text all;
    for (const char letter : letters)
      for (std::size_t i = 0; i < P; ++i) all.push_back(letter * 100 + static_cast<TokenId>(i));
    return all;
  }
  Pages take(std::size_t tokens) {
    Pages taken(desk.pages_for(tokens));
    for (PageId& page : taken) page = source.take().value();
    return taken;
  }
  // Publishes a text, and keeps no page of it.
  CacheHandle insert(const Text& key, std::uint32_t salt = 0) {
    const Pages own = take(key.size());
    kv.write({key, salt}, own, 0);
    const CacheHandle held = cache.insert_prefix({key, salt}, own, {}).handle;
    for (const PageId page : own)
      if (!cache.mirror().find(page)) source.give(page);
    return held;
  }
  void compute(std::size_t tokens) {
    const std::size_t begin = std::exchange(r.computed, tokens);
    kv.write({std::span(r.tokens).first(tokens), r.cache_salt}, r.pages, begin);
  }
  // Texts 0 .. n-1 under one tenant: a common page, then a page of their own, then another.
  void grow_tree(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) insert(sibling(i));
  }
  Text sibling(std::size_t i) const {
    Text all = tokens("ab");
    for (std::size_t t = P; t < 2 * P; ++t) all[t] = static_cast<TokenId>(i);
    const Text end = tokens("z");
    all.insert(all.end(), end.begin(), end.end());
    return all;
  }
  // I4, I10 and what Story knows: every rule, with the caller's pages still the caller's.
  void check() const {
    cache.check_integrity();
    cache.same_as_snapshot();
    const auto is_own = [&](PageId page) { return cache.mirror().find(page) == nullptr; };
    const std::size_t own =
        static_cast<std::size_t>(std::ranges::count_if(pages, is_own) + std::ranges::count_if(r.pages, is_own));
    if (made.source->free_count() + cache.mirror().pages().size() + own != N)
      throw IntegrityError("I4: a page is lost: " + std::to_string(made.source->free_count()) + " free, " +
                           std::to_string(cache.mirror().pages().size()) + " cached, " + std::to_string(own) +
                           " private of " + std::to_string(N));
    if (!r.pages.empty()) kv.check({std::span(r.tokens).first(r.computed), r.cache_salt}, r.pages);
  }
};

// What a snapshot says of each page, however the edges are cut (I9).
using ByPage = std::map<PageId, std::tuple<std::uint32_t, Text, Usage>>;
inline ByPage by_page(const Snapshot& shot, bool with_times) {
  ByPage all;
  std::map<std::uint32_t, Text> paths;
  for (const NodeView& n : shot.nodes) {
    Text path = n.parent ? paths.at(n.parent) : Text{};
    for (std::size_t i = 0; i < n.pages.size(); ++i) {
      const std::size_t from = i * shot.page_size, to = std::min(from + shot.page_size, n.tokens.size());
      path.insert(path.end(), n.tokens.begin() + static_cast<std::ptrdiff_t>(from),
                  n.tokens.begin() + static_cast<std::ptrdiff_t>(to));
      all[n.pages[i]] = {n.cache_salt, path, with_times ? n.use : Usage{.ref_count = n.use.ref_count}};
    }
    paths[n.id] = std::move(path);
  }
  return all;
}

inline std::string show(const CacheHandle& h) {
  return std::to_string(h.cached_len) + "/" + std::to_string(h.node) + "/" + std::to_string(h.generation);
}

// A call on the desk, or past the watcher: what it allocates counts.
template <class Call>
auto counted(Call call) {
  const FailHere here(true);
  return call();
}

class AllocationFailure : public testing::TestWithParam<Cell> {
 protected:
  using Step = std::function<void(World&)>;
  using Call = std::function<std::string(World&)>;

  // The call fails at its first, its second, ... allocation, each time in a fresh world, until it makes no more.
  void at_every_allocation(const char* name, bool by_desk, std::size_t num_pages, const Step& prepare,
                           const Call& call) {
    SCOPED_TRACE(name);
    World never_failed(GetParam(), num_pages);
    prepare(never_failed);
    const std::string expected = run(never_failed, call, 0);
    Count& count = table[{GetParam().row->name, name}];
    ++count.calls;
    for (std::size_t k = 1, reached = 0; reached == k - 1; ++k) {
      SCOPED_TRACE("allocation " + std::to_string(k));
      World w(GetParam(), num_pages);
      prepare(w);
      const ByPage before = by_page(w.cache.snapshot(), !by_desk);
      const std::pair request(w.r.pages, w.r.handle);
      const std::size_t free = w.source.free_count();
      reached = k;
      std::string found;
      try {
        found = run(w, call, k);
        reached = std::min(k, AllocationFault::seen);  // k: it went on without, as shrink_to_fit may
      } catch (const std::bad_alloc&) {
        ASSERT_NO_THROW(w.check());
        ASSERT_EQ(by_page(w.cache.snapshot(), !by_desk), before);
        ASSERT_EQ(std::pair(w.r.pages, w.r.handle), request);
        ASSERT_EQ(w.source.free_count(), free);
        found = run(w, call, 0);
      }
      count.allocations += reached == k;
      ASSERT_EQ(found, expected);
      ASSERT_NO_THROW(w.check());
      ASSERT_EQ(by_page(w.cache.snapshot(), !by_desk), by_page(never_failed.cache.snapshot(), !by_desk));
    }
  }

  static std::string run(World& w, const Call& call, std::size_t fail_at) {
    const AllocationFault fault(fail_at);
    return call(w);
  }
};

inline std::vector<Cell> allocation_cells() {
  std::vector<Cell> all = all_cells();
  for (const Kind kind : {Kind::inside_pages, Kind::whole_pages})
    std::ranges::copy(variants(kind), std::back_inserter(all));
  return all;
}

}  // namespace radixlab
