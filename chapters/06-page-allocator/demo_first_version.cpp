#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

#include "06-page-allocator/demo_pool.hpp"
#include "06-page-allocator/demo_steps.hpp"
#include "06-page-allocator/radix_cache_v1.hpp"
#include "io/error.hpp"
#include "storage/free_list.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kPool = 8;  // [pages] of one token
const std::vector<TokenId> kTextA = {7, 7, 3, 1}, kTextB = {7, 7, 9}, kTextC = {8, 6, 5};

struct OldRequest {
  std::vector<TokenId> text;
  std::vector<PageId> table;
};

/// The first version's cache, a free list, and a pool whose places say which prefix they hold.
class OldServer {
 public:
  OldRequest serve(const std::vector<TokenId>& text) {
    OldRequest r{text, cache_.match_prefix(text).device_indices};
    const std::size_t found = r.table.size();
    while (r.table.size() < text.size()) {
      r.table.push_back(list_.take().value());
      free_[r.table.back()] = false;
    }
    kv_.write(text, r.table, found);
    cache_.insert(text, r.table);
    return r;
  }

  /// Frees the request's whole table; returns the pages that the free list refuses.
  std::vector<PageId> end(const OldRequest& r) {
    std::vector<PageId> refused;
    for (const PageId page : r.table) try {
        list_.give(page);
        free_[page] = true;
      } catch (const std::logic_error& error) {
        refused.push_back(page);
        fmt::print("   refused: {}\n", error.what());
      }
    return refused;
  }

  /// In whose tables a page stands, and whether it is free besides.
  void print(const std::string& call, const PageTables& running) const {
    std::vector<std::string> cells;
    for (PageId page = 0; page < kPool; ++page) {
      std::string& cell = cells.emplace_back();
      for (const auto& [name, table] : running)
        if (std::ranges::count(table, page) > 0) cell += name;
      if (free_[page]) cell += cell.empty() ? "" : " free";
      if (!free_[page] && cell.empty()) cell = "lost";
    }
    fmt::print("   {:<40}{}\n", call, row_of_pages(cells));
  }

  /// The token at which it reads keys and values of another prefix; says so.
  std::size_t read_wrongly(const OldRequest& r) const try {
    kv_.check(r.text, r.table);
    throw CheckFailed("the first version's pages were taken anew, and nobody reads them");
  } catch (const IntegrityError& wrong) {
    fmt::print("   B reads: {}\n", wrong.what());
    return kv_.first_wrong(r.text, r.table).value();
  }

 private:
  RadixCacheV1 cache_;
  FreeList list_{kPool};
  FakeKv kv_{kPool, 1};
  std::vector<bool> free_ = std::vector<bool>(kPool, true);
};

void without_counts(Demo& demo) {
  OldServer server;
  const OldRequest a = server.serve(kTextA);
  fmt::print("   {:<40}{}\n", "in whose page table is page ...", row_of_numbers(kPool));
  server.print("A computes 7 7 3 1 and inserts it", {{"A", a.table}});
  const OldRequest b = server.serve(kTextB);
  server.print("B finds 7 7 and computes the 9", {{"A", a.table}, {"B", b.table}});
  server.end(a);
  server.print("A ends, and frees its pages", {{"B", b.table}});
  const OldRequest c = server.serve(kTextC);
  server.print(fmt::format("C computes 8 6 5 on pages {}", fmt::join(c.table, " ")), {{"B", b.table}, {"C", c.table}});
  demo.figure("v1.read_another", server.read_wrongly(b));
  server.end(c);
  server.print("C ends, and frees its pages", {{"B", b.table}});
  const std::vector<PageId> twice = server.end(b);
  server.print("B ends, and frees its pages", {});
  fmt::print(
      "\n   AB: the page stands in the tables of A and B. B free: it stands in B's table, and it is free all the "
      "same.\n"
      "   Nobody counted that B still needed what A freed. So B read C's keys and values, and pages {} were free "
      "already when B freed them.\n",
      fmt::join(twice, " "));
  demo.figure("v1.freed_twice", twice);
  demo.figure("predicted_freed_twice", twice);
}

void with_counts(Demo& demo) {
  PagedDesk server(kPool, 1);
  const auto print = [&](const std::string& call, const PageTables& running) {
    fmt::print("   {:<40}{}\n", call, row_of_pages(page_cells(*server.allocator, running)));
  };
  fmt::print("   {:<40}{}\n", "whose it is, and how many need it", row_of_numbers(kPool));
  Request a = server.start(kTextA);
  server.compute(a);
  server.desk.chunk_done(a);
  print("A computes 7 7 3 1 and publishes it", {{"A", a.pages}});
  Request b = server.start(kTextB);
  server.compute(b);
  print("B finds 7 7 and computes the 9", {{"B", b.pages}});
  server.desk.finish(a);
  print("A ends", {{"B", b.pages}});
  Request c = server.start(kTextC);
  server.compute(c);
  print(fmt::format("C computes 8 6 5 on pages {}", fmt::join(c.pages, " ")), {{"B", b.pages}, {"C", c.pages}});
  server.check(b);  // throws if B reads anything but its own
  fmt::print("   B reads: its own keys and values, all {} tokens\n", b.computed);
  server.desk.finish(c);
  print("C ends, and publishes 8 6 5", {{"B", b.pages}});
  server.desk.finish(b);
  print("B ends, and publishes the 9", {});
  fmt::print("\n   Nothing is freed while it is needed, and nothing is freed twice: all texts are still cached.\n");
  demo.figure("counted.cached", server.cache.size_info().total_size());
  demo.figure("counted.evictable", server.cache.size_info().evictable_size);
}

}  // namespace

void show_first_version(Demo& demo) {
  demo.step("Seed 000's first version: page numbers are shared, nothing is counted, each request frees its page table");
  without_counts(demo);
  demo.step("The same requests, and the pages are counted");
  with_counts(demo);
}

}  // namespace radixlab
