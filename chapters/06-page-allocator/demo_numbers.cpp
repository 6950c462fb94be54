#include <numeric>

#include "01-naive-manager/demo_prompts.hpp"
#include "05-radix-tree/radix_cache_manager.hpp"
#include "06-page-allocator/demo_pool.hpp"
#include "06-page-allocator/demo_steps.hpp"
#include "storage/free_runs.hpp"
#include "storage/neighbours.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kMore = 8;  // [tokens] of the document in a page that the questions share

// The document and a few tokens more, and a question of its own: prompts part in the middle of a page.
Request prompt_inside_a_page(TokenId number) {
  Request r = DemoPrompts::document();
  for (std::size_t i = 0; i < kMore; ++i) r.tokens.push_back(static_cast<TokenId>(DemoPrompts::kDocument + i));
  for (std::size_t i = 0; i < DemoPrompts::kQuestion; ++i) r.tokens.push_back(10000 * number + static_cast<TokenId>(i));
  return r;
}

void four_prompts_inside(DemoPrompts& prompts) {
  const std::string begin = "inside." + prompts.manager + ".";
  for (TokenId number = 1; number <= 4; ++number) prompts.serve(prompt_inside_a_page(number));
  prompts.demo.figure(begin + "found", prompts.found);
  prompts.demo.figure(begin + "computed", prompts.computed);
  prompts.demo.figure(begin + "copied", prompts.kv.copied_tokens());

  prompts.desk.reset();
  prompts.serve(prompt_inside_a_page(5));
  std::vector<Request> all;
  for (TokenId number = 1; number <= 4; ++number) prompts.start(all.emplace_back(prompt_inside_a_page(number)));
  prompts.demo.figure(begin + "places", (prompts.pool - prompts.source.free_count()) * prompts.page_size);
  for (Request& r : all) prompts.desk.finish(r);
}

// The document alone, and then once more, but for its token 1,999.
void again(DemoPrompts& prompts) {
  prompts.desk.reset();
  prompts.serve(DemoPrompts::document());
  prompts.nearly_the_document("again");
}

// Pages whose count one lock of the document changes.
void lock_the_document(DemoPrompts& prompts, const PageAllocator& allocator) {
  prompts.desk.reset();
  prompts.serve(DemoPrompts::document());
  const auto needed = [&] {
    std::size_t pages = 0;
    for (PageId page = 0; page < allocator.max_pages(); ++page)
      pages += allocator.slot(page).owner == PageOwner::cache && allocator.slot(page).ref_count > 0;
    return pages;
  };
  const std::size_t before = needed();
  const CacheHandle handle = prompts.cache.match_prefix(DemoPrompts::document().tokens);
  prompts.cache.lock_handle(handle);
  prompts.demo.figure("lock." + prompts.manager + ".pages", needed() - before);
  prompts.cache.unlock_handle(handle);
}

void prompts_on_a_document(Demo& demo) {
  const auto allocator = std::make_shared<PageAllocator>(DemoPrompts::kPool);
  const PageAllocator not_asked(DemoPrompts::kPool);  // chapter 05's manager counts in no allocator
  FreeRuns runs(DemoPrompts::kPool);
  RadixCacheManager radix({.page_size = DemoPrompts::kPage});
  PagedRadixCache paged(allocator, {.page_size = DemoPrompts::kPage, .partial_hits = true});
  DemoPrompts by_radix{demo, "radix", radix, runs}, by_paged{demo, "paged", paged, *allocator};
  for (DemoPrompts* prompts : {&by_radix, &by_paged}) {
    four_prompts_inside(*prompts);
    again(*prompts);
  }
  lock_the_document(by_radix, not_asked);
  lock_the_document(by_paged, *allocator);
}

// A prompt of 2,010 tokens, and seven forks of it. `dropped` of the eight end before they write; each other one
// generates 20 tokens. Returns the tokens copied.
std::size_t eight_forks(Demo& demo, const std::string& name, PagedDesk& server, CacheManager& desk,
                        std::size_t dropped) {
  std::vector<TokenId> prompt(2010);
  std::iota(prompt.begin(), prompt.end(), 0);
  std::vector<Request> all = {server.start(prompt)};
  server.compute(all.front());
  for (int i = 0; i < 7; ++i) all.push_back(desk.fork(all.front()).value());
  const auto in_use = [&] { return server.allocator->get_stats().active_pages; };
  if (dropped == 0) demo.figure("forks." + name + ".pages_at_the_fork", in_use());
  for (; dropped > 0; --dropped) {
    desk.finish(all.back());
    all.pop_back();
  }
  for (TokenId number = 0; Request & r : all) {
    ++number;
    for (TokenId i = 0; i < 20; ++i) {
      if (!desk.grow(r, r.tokens.size() + 1) || !desk.make_writable(r)) throw std::logic_error("no room for a fork");
      r.tokens.push_back(5000 + 100 * number + i);
      server.compute(r);
    }
  }
  for (const Request& r : all) server.check(r);
  if (all.size() == 8) demo.figure("forks." + name + ".pages", in_use());
  for (Request& r : all) desk.finish(r);
  return server.kv.copied_tokens();
}

void forks(Demo& demo) {
  for (const bool shares : {false, true}) {
    const std::string name = shares ? "shared" : "copied";
    for (const std::size_t dropped : {0, 5}) {
      PagedDesk server(300, DemoPrompts::kPage);
      CacheManager copies(server.cache, *server.allocator, server.kv, DemoPrompts::kPage);
      CacheManager& desk = shares ? server.desk : copies;
      const std::size_t copied = eight_forks(demo, name, server, desk, dropped);
      demo.figure("forks." + name + (dropped == 0 ? ".copied" : ".copied_if_five_are_dropped"), copied);
    }
  }
}

void three_forks(Demo& demo) {
  PagedDesk server(16, 4);
  std::vector<TokenId> prompt(10);
  std::iota(prompt.begin(), prompt.end(), 0);
  Request a = server.start(prompt);
  server.compute(a);
  Request b = server.fork(a), c = server.fork(a);
  for (TokenId token = 50; Request* const r : {&a, &b, &c}) server.append(*r, ++token);
  demo.figure("predicted_pages_of_three", server.allocator->get_stats().active_pages);
}

void moves(Demo& demo) {
  PageAllocator allocator(8);
  while (allocator.allocate()) {
  }
  for (const PageId page : {2, 3, 5}) allocator.deallocate(page);
  demo.figure("predicted_moves", allocator.compaction().size());
}

}  // namespace

void keep_numbers(Demo& demo) {
  prompts_on_a_document(demo);
  forks(demo);
  three_forks(demo);
  moves(demo);
}

}  // namespace radixlab
