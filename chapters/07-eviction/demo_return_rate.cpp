#include <cmath>
#include <fmt/format.h>

#include "05-radix-tree/radix_cache_manager.hpp"
#include "07-eviction/demo_steps.hpp"
#include "07-eviction/return_rate.hpp"
#include "io/error.hpp"
#include "replay/generate_conversations.hpp"
#include "replay/generators.hpp"
#include "storage/neighbours.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kPeople = 4000;  // [requests]

/// What it knows when these requests have ended. Pages never run out: what it learns does not hang on evictions.
std::shared_ptr<ReturnRatePolicy> learned(const Trace& trace, std::size_t page_size) {
  auto policy = std::make_shared<ReturnRatePolicy>();
  RadixCacheManager cache({.page_size = page_size, .policy = policy});
  std::vector<PageId> pages;
  PageId next = 0;
  const auto source = trace.open();
  for (TraceOp op; source->next(op);) {
    if (op.kind != TraceOp::Kind::request) continue;
    const CacheHandle hit = cache.match_prefix(op.key());
    pages.resize((op.tokens.size() + page_size - 1) / page_size);
    const std::size_t found = hit.cached_len / page_size;
    const auto fresh = std::span(pages).subspan(found);
    cache.copy_pages(hit, std::span(pages).first(found));
    write_neighbours(next, fresh);
    next += static_cast<PageId>(fresh.size());
    cache.insert_prefix(op.key(), pages, hit);
    cache.request_ended(op.key(), hit.cached_len);
  }
  return policy;
}

/// Conversations by the names of their blocks: a token stands for 512.
Trace conversations_of_people() {
  std::vector<std::vector<TokenId>> texts;
  for (const ConversationRequest& request : conversations("chat", 1, kPeople)) {
    std::vector<TokenId>& text = texts.emplace_back();
    for (const std::uint64_t block : std::span(request.blocks).first(request.blocks.size() - 1))
      text.push_back(static_cast<TokenId>(block));
    if (text.empty()) texts.pop_back();
  }
  return trace_of("people", std::move(texts));
}

struct ShownClass {
  std::uint32_t of;
  const char *figure, *words;
};
constexpr ShownClass kClasses[] = {{1, "first", "first turns"},   {2, "second", "second turns"},
                                   {3, "third", "turns 3 and 4"}, {4, "later", "later turns"},
                                   {5, "few", "shared by few"},   {6, "some", "shared by some"},
                                   {7, "many", "shared by many"}};
constexpr std::uint64_t kAges[] = {3, 15, 63, 127, 300, 1000};  // [requests]

void print_index(Demo& demo, const ReturnRatePolicy& policy, const ShownClass& shown) {
  fmt::print("   {:<34}", shown.words);
  for (const std::uint64_t age : kAges) {
    const double hits = 100'000 * std::ldexp(static_cast<double>(policy.index(shown.of, age)), -54);
    fmt::print("{:>9.0f}", hits);
    demo.figure(fmt::format("index.{}.{}", shown.figure, age), std::lround(hits));
  }
  fmt::print("\n");
}

}  // namespace

void show_return_rate(Demo& demo) {
  demo.step("return-rate: what text is worth by its class and age, as learned");
  fmt::print("   {:<34}", "index [hits in 100,000 requests]");
  for (const std::uint64_t age : kAges) fmt::print("{:>9}", fmt::format("age {}", age));
  fmt::print("\n");
  const auto people = learned(conversations_of_people(), 1);
  for (const ShownClass& shown : kClasses) print_index(demo, *people, shown);
  print_index(demo, *learned(generate_trace("f"), 16), {text_class::kAll, "rounds", "workload f, all text"});
  fmt::print(
      "\n   Age in requests. The seven classes are of {} requests of people: most leave after a turn, others pause.\n"
      "   What has the least index goes first. A first turn of age 3 goes before a second turn of age 300, which lru\n"
      "   would let go first. In workload f a chat goes on in the next round, after 1 to 399 requests: the longer it "
      "has\n"
      "   waited, the nearer it is, and the youngest goes first.\n",
      grouped(kPeople));
}

}  // namespace radixlab
