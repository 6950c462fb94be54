// What chapter 06 adds to a request. A hit that ends inside a page, among many children of one node: the children read one by
// one, and in order; and what the order costs an insert. Arguments: children of the node. Then a lock and its unlock, which
// count nodes in chapter 05 and pages in chapter 06. Arguments: pages of the hit. A page is 16 tokens, as serving systems have it.
//
// Before anything is timed, both ways are asked the same questions and must agree.
#include <benchmark/benchmark.h>
#include <cstdio>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

#include "06-page-allocator/paged_radix_cache.hpp"
#include "run_benchmarks.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;
using Node = RadixTreeNode;

constexpr std::size_t kPage = 16;  // [tokens]

/// Texts of one page that begin alike: of `count`, about eight agree in any two tokens.
std::vector<Text> some_texts(std::size_t count, unsigned seed) {
  std::mt19937 rng(seed);
  std::vector<Text> texts(count, Text(kPage));
  for (Text& text : texts) {
    for (TokenId& token : text) token = static_cast<TokenId>(rng() % 1000);
    text[0] = 1, text[1] = static_cast<TokenId>(rng() % (count / 8 + 1));
  }
  return texts;
}

struct Family {
  explicit Family(std::size_t count) : nodes(count) {
    const std::vector<Text> texts = some_texts(count, 1);
    for (std::size_t i = 0; i < count; ++i) {
      nodes[i].tokens = Run<TokenId>(texts[i], arena);
      children.put(nodes[i], kPage);
    }
  }
  Arena arena;
  std::vector<Node> nodes;
  ChildTable<Node> children;
};

ClosestChild<Node> by_scan(const ChildTable<Node>& children, std::span<const TokenId> page) {
  ClosestChild<Node> best;
  children.for_each([&](Node* child) {
    const std::size_t len = get_match_len(child->tokens, page);
    if (len > best.len || (len > 0 && len == best.len && InTokenOrder()(child, best.child))) best = {child, len};
  });
  return best;
}

void require_same_answers() {
  for (const std::size_t count : {10, 100, 1000}) {
    Family family(count);
    for (const Text& page : some_texts(count, 2)) {
      const ClosestChild<Node> one = by_scan(family.children, page), other = family.children.closest(page, kPage);
      if (one.child != other.child || one.len != other.len)
        throw std::runtime_error("the sides did not do the same work: the closest of " + std::to_string(count));
    }
  }
}

template <class Ask>
void ask(benchmark::State& state, Ask closest) {
  Family family(static_cast<std::size_t>(state.range(0)));
  const std::vector<Text> questions = some_texts(1000, 2);
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(closest(family.children, questions[next]));
    next = (next + 1) % questions.size();
  }
}

void closest_by_scan(benchmark::State& state) { ask(state, by_scan); }
void closest_in_order(benchmark::State& state) {
  ask(state, [](ChildTable<Node>& children, const Text& page) { return children.closest(page, kPage); });
}

/// A manager's insert and eviction of a leaf below a root of so many children; in a request, after a look-up.
void insert_and_evict(benchmark::State& state, bool partial_hits, bool look_up) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const auto pages = std::make_shared<PageAllocator>(count + 1);
  PagedRadixCache manager(pages, {.page_size = kPage, .partial_hits = partial_hits});
  const std::vector<Text> texts = some_texts(2 * count, 3);
  std::size_t next = 0;
  const auto insert = [&] {
    manager.insert_prefix(PrefixKey(texts[next]), std::vector{pages->allocate().value()}, {});
  };
  for (; next < count; ++next) insert();
  manager.match_prefix(PrefixKey(some_texts(1, 4).front()));
  for (auto _ : state) {
    if (look_up) benchmark::DoNotOptimize(manager.match_prefix(PrefixKey(texts[next])));
    insert();
    if (manager.size_info().evictable_size > count) pages->give(manager.evict(1));
    next = (next + 1) % texts.size();
  }
}

/// A lock and its unlock, of one node with so many pages.
template <class Manager>
void lock_and_unlock(benchmark::State& state, Manager manager, PageSource& source) {
  std::vector<PageId> pages(static_cast<std::size_t>(state.range(0)));
  source.take(pages);
  Text text(pages.size() * kPage);
  std::iota(text.begin(), text.end(), 0);
  const CacheHandle handle = manager->insert_prefix(PrefixKey(text), pages, {}).handle;
  for (auto _ : state) {
    manager->lock_handle(handle);
    manager->unlock_handle(handle);
  }
}

void lock_nodes(benchmark::State& state) {
  FreeRuns source(static_cast<std::size_t>(state.range(0)));
  lock_and_unlock(state, std::make_unique<RadixCacheManager>(RadixOptions{kPage}), source);
}

void lock_pages(benchmark::State& state) {
  const auto pages = std::make_shared<PageAllocator>(static_cast<std::size_t>(state.range(0)));
  lock_and_unlock(state, std::make_unique<PagedRadixCache>(pages, RadixOptions{kPage}), *pages);
}

void register_all() {
  const auto among = [](benchmark::internal::Benchmark* one) {
    for (const std::int64_t children : {10, 20, 100, 1000, 10'000}) one->Arg(children);
  };
  benchmark::RegisterBenchmark("closest/scan", closest_by_scan)->Apply(among);
  benchmark::RegisterBenchmark("closest/order", closest_in_order)->Apply(among);
  benchmark::RegisterBenchmark("insert_and_evict/whole_pages", insert_and_evict, false, false)->Apply(among);
  benchmark::RegisterBenchmark("insert_and_evict/partial_hits", insert_and_evict, true, false)->Apply(among);
  benchmark::RegisterBenchmark("request/whole_pages", insert_and_evict, false, true)->Apply(among);
  benchmark::RegisterBenchmark("request/partial_hits", insert_and_evict, true, true)->Apply(among);
  benchmark::RegisterBenchmark("lock/nodes", lock_nodes)->Arg(8)->Arg(125)->Arg(1000);
  benchmark::RegisterBenchmark("lock/pages", lock_pages)->Arg(8)->Arg(125)->Arg(1000);
}

void print_help() {
  benchmark::PrintDefaultHelp();
  std::puts("\nExample: taskset -c 1 build/test/bin/bench_paged --benchmark_filter=closest");
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  return radixlab::run_benchmarks("bench_paged", argc, argv, radixlab::print_help, [] {
    radixlab::require_same_answers();
    radixlab::register_all();
  });
}
