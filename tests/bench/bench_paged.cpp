// What a hit that ends inside a page costs among many children of one node: the children read one by one, and in order;
// and what the order costs an insert. Arguments: children of the node. A page is 16 tokens, as serving systems have it.
//
// Before anything is timed, both ways are asked the same questions and must agree.
#include <benchmark/benchmark.h>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <vector>

#include "05-radix-tree/radix_cache_manager.hpp"

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
  RadixCacheManager manager({.page_size = kPage, .partial_hits = partial_hits});
  const std::vector<Text> texts = some_texts(2 * count, 3);
  std::vector<PageId> page = {0};
  std::size_t next = 0;
  for (; next < count; ++next) manager.insert_prefix({texts[next], 0}, page, {});
  manager.match_prefix({some_texts(1, 4).front(), 0});
  for (auto _ : state) {
    if (look_up) benchmark::DoNotOptimize(manager.match_prefix({texts[next], 0}));
    manager.insert_prefix({texts[next], 0}, page, {});
    if (manager.size_info().evictable_size > count) benchmark::DoNotOptimize(manager.evict(1));
    next = (next + 1) % texts.size();
  }
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
}

void print_help() {
  benchmark::PrintDefaultHelp();
  std::puts("\nExample: taskset -c 1 build/test/bin/bench_children --benchmark_filter=closest");
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  try {
    radixlab::require_same_answers();
    radixlab::register_all();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_children: %s\n", error.what());
    return 1;
  }
  benchmark::Initialize(&argc, argv, radixlab::print_help);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
