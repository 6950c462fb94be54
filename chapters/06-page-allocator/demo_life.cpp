#include <algorithm>
#include <fmt/format.h>

#include "06-page-allocator/demo_pool.hpp"
#include "06-page-allocator/demo_steps.hpp"
#include "visualize/cells.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kLifePages = 8;

/// The pool after each call: printed, drawn at the end, and kept as figures.
class PageLife {
 public:
  explicit PageLife(Demo& demo) : demo_(demo) {
    fmt::print("   {:<34}{}{:>6}{:>8}\n", "", row_of_numbers(kLifePages), "free", "shared");
  }

  std::vector<PageId> allocate(std::size_t count) {
    std::vector<PageId> pages(count);
    for (PageId& page : pages) page = allocator->allocate().value();
    return pages;
  }

  void called(const std::string& words) {
    const AllocatorStats stats = allocator->get_stats();
    const std::vector<std::string> cells = page_cells(*allocator, own);
    calls_.emplace_back(fmt::format("{}. {}", calls_.size() + 1, words), cells);
    fmt::print("   {:<34}{}{:>6}{:>8}\n", calls_.back().first, row_of_pages(cells), stats.free_pages,
               stats.shared_pages);
    const std::string begin = fmt::format("hand.{}.", calls_.size());
    const std::size_t cached = cache.size_info().total_size();
    demo_.figure(begin + "free", stats.free_pages);
    demo_.figure(begin + "mine", stats.active_pages - cached);
    demo_.figure(begin + "cached", cached);
    demo_.figure(begin + "count0", allocator->slot(0).ref_count);
    demo_.figure(begin + "shared", stats.shared_pages);
  }

  void picture() const {
    CellRows rows = {{{.text = ""}}};
    for (std::size_t page = 0; page < kLifePages; ++page) rows[0].push_back({.text = fmt::format("page {}", page)});
    for (const auto& [words, cells] : calls_) {
      rows.push_back({{.text = words, .left = true}});
      for (const std::string& cell : cells)
        rows.back().push_back({.text = cell, .colour = page_colour(cell), .width = 56});
    }
    rows.push_back(
        {{.text = "blank: free.  A 1: request A's own, count 1.  E: who calls evict, such as a desk that needs pages.",
          .columns = 1 + kLifePages}});
    rows.push_back({{.text = "cache 2: the cache's, needed by two requests.  cache 0: the cache's, and may be evicted.",
                     .columns = 1 + kLifePages}});
    demo_.picture("page_life", to_dot_cells(rows));
  }

  std::shared_ptr<PageAllocator> allocator = std::make_shared<PageAllocator>(kLifePages);
  PagedRadixCache cache{allocator, {}};
  PageTables own;  // what each request has of its own

 private:
  Demo& demo_;
  std::vector<std::pair<std::string, std::vector<std::string>>> calls_;
};

}  // namespace

void show_life(Demo& demo) {
  demo.step("The life of pages: two requests, one prefix, call by call");
  PageLife life(demo);
  PagedRadixCache& cache = life.cache;
  PageAllocator& allocator = *life.allocator;
  const std::vector<TokenId> first = {7, 7, 3, 1}, second = {7, 7, 9};

  life.own["A"] = life.allocate(4);
  life.called("A allocates 4 pages");
  const CacheHandle a = cache.insert_prefix(first, life.own["A"], {}).handle;
  life.own.erase("A");
  life.called("A publishes 7 7 3 1");
  cache.lock_handle(a);
  life.called("A locks 7 7 3 1");
  const CacheHandle b = cache.match_prefix(second);
  cache.lock_handle(b);
  life.called("B looks up 7 7 9, locks 7 7");
  life.own["B"] = life.allocate(1);
  life.called("B allocates 1 page, for the 9");
  demo.figure("predicted_count", allocator.slot(0).ref_count);
  demo.figure("predicted_shared", allocator.get_stats().shared_pages);
  cache.unlock_handle(a);
  life.called("A unlocks: it is done");
  std::vector<PageId> may_go;
  for (PageId page = 0; page < kLifePages; ++page)
    if (allocator.can_evict(page)) may_go.push_back(page);
  demo.figure("predicted_may_go", may_go);
  life.own["E"] = cache.evict(1);
  life.called("E calls evict(1): pages " + page_ranges(life.own["E"], 3));
  demo.figure("life.evicted", life.own["E"]);
  for (const PageId page : life.own["E"]) allocator.deallocate(page);
  life.called("E deallocates them");
  fmt::print(
      "\n   A 1: request A's own, needed by one. cache 2: the cache's, needed by two. cache 0: it may be evicted.\n"
      "   E: who calls evict, such as a desk that needs pages. What evict answers is E's own until it is freed.\n"
      "   Publishing drops the writer's count (2), and each lock adds one (3, 4). A count of 0 frees no page (6):\n"
      "   evict hands it to its caller (7), who frees it (8).\n");
  life.picture();
}

}  // namespace radixlab
