#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <numeric>

#include "06-page-allocator/demo_pool.hpp"
#include "06-page-allocator/demo_steps.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kPages = 32, kCompactPage = 4, kText = 16;  // [pages], [tokens], [tokens]
constexpr TokenId kTexts = 6;

std::vector<TokenId> numbered_text(TokenId number, std::size_t own = 0) {
  std::vector<TokenId> text(kText + own);
  std::iota(text.begin(), text.end(), 100 * number);
  return text;
}

std::size_t longest_free(const PageAllocator& allocator) {
  std::size_t longest = 0, now = 0;
  for (PageId page = 0; page < allocator.max_pages(); ++page) {
    now = allocator.slot(page).owner == PageOwner::nobody ? now + 1 : 0;
    longest = std::max(longest, now);
  }
  return longest;
}

// A letter a page: "A" is A's own, "a" the cache's and A needs it, "#" the cache's and nobody needs it.
char letter_of(const PageAllocator& allocator, PageId page, const PageTables& running) {
  const PageSlot& slot = allocator.slot(page);
  if (slot.owner == PageOwner::nobody) return ' ';
  for (const auto& [name, table] : running)
    if (std::ranges::count(table, page) > 0)
      return slot.owner == PageOwner::request ? name[0] : static_cast<char>(std::tolower(name[0]));
  return '#';
}

void print_pool(const std::string& when, const PagedDesk& server, const PageTables& running) {
  fmt::print("   {:<8}|", when);
  for (PageId page = 0; page < kPages; ++page) fmt::print("{}|", letter_of(*server.allocator, page, running));
  fmt::print("   longest free piece: {}\n", counted(longest_free(*server.allocator), "page"));
}

}  // namespace

void show_compaction(Demo& demo) {
  demo.step(fmt::format("Compaction: a pool of {} pages in pieces, and two requests that go on", kPages));
  PagedDesk server(kPages, kCompactPage);
  for (TokenId number = 1; number <= kTexts; ++number) server.serve(numbered_text(number));
  Request a = server.start(numbered_text(2, 6)), b = server.start(numbered_text(5, 10));
  server.compute(a), server.compute(b);
  const std::vector<PageId> evicted = server.cache.evict(3 * kText / kCompactPage);
  server.allocator->give(std::span<const PageId>(evicted));
  fmt::print(
      "   {} texts of 4 pages are cached. A goes on from text 2, and B from text 5. Three of the others are evicted.\n"
      "   A: A's own page. a: the cache's, and A needs it. #: the cache's, and nobody needs it. Blank: free.\n\n",
      kTexts);

  const std::vector<PageId> table = b.pages;
  const std::size_t before = longest_free(*server.allocator);
  print_pool("before", server, {{"A", a.pages}, {"B", b.pages}});
  Request* const running[] = {&a, &b};
  const std::size_t moved = server.desk.compact(running);
  const std::size_t after = longest_free(*server.allocator);
  print_pool("after", server, {{"A", a.pages}, {"B", b.pages}});

  server.cache.check_integrity();
  fmt::print("\n   {} were moved. B's page table was {}, and is {}.\n", counted(moved, "page"), fmt::join(table, " "),
             fmt::join(b.pages, " "));
  for (Request* const r : running) {
    server.check(*r);
    server.append(*r, 7);
    server.desk.finish(*r);
  }
  const Request again = server.start(numbered_text(5, 10));
  server.check(again);
  fmt::print(
      "   A and B read the keys and values that they read before, and each computes a token more. Who asks for B's\n"
      "   text then finds {} tokens of it.\n",
      again.hit);
  demo.figure("compact.pages", kPages);
  demo.figure("compact.moved", moved);
  demo.figure("compact.longest_before", before);
  demo.figure("compact.longest_after", after);
  demo.figure("compact.table_before", table);
  demo.figure("compact.table_after", again.pages);
  demo.figure("compact.found_after", again.hit);
}

}  // namespace radixlab
