#include <fmt/format.h>
#include <numeric>

#include "06-page-allocator/demo_pool.hpp"
#include "06-page-allocator/demo_steps.hpp"
#include "visualize/cells.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kForkPage = 4, kPrompt = 10, kShown = 4, kTable = 3;  // [tokens], [tokens], [pages], [pages]

/// Two page tables and the counts, after each call: printed, and drawn at the end.
class ForkFilm {
 public:
  ForkFilm(const PagedDesk& server, const Request& a, const Request& b) : server_(server), a_(a), b_(b) {
    fmt::print("   {:<36}{:<12}{:<12}{}\n", "", "A's table", "B's table", row_of_numbers(kShown));
  }

  void called(const std::string& words) {
    const std::vector<std::string> cells = page_cells(*server_.allocator, {{"A", a_.pages}, {"B", b_.pages}});
    fmt::print("   {:<36}{:<12}{:<12}{}\n", fmt::format("{}. {}", ++calls_, words),
               fmt::format("{}", fmt::join(a_.pages, " ")), fmt::format("{}", fmt::join(b_.pages, " ")),
               row_of_pages(cells, kShown));
    rows_.push_back({{.text = fmt::format("{}. {}", calls_, words), .left = true}});
    for (const Request* const r : {&a_, &b_}) {
      rows_.back().push_back({.text = "", .width = 8});
      for (std::size_t i = 0; i < kTable; ++i) rows_.back().push_back(table_cell(r->pages, i, cells));
    }
    rows_.back().push_back({.text = "", .width = 8});
    for (PageId page = 0; page < kShown; ++page) rows_.back().push_back(page_cell(page, cells[page], cells[page], 56));
  }

  std::string picture() const {
    CellRows rows = {{{.text = ""}}};
    for (const char* const name : {"A's page table", "B's page table"}) {
      rows[0].push_back({.text = ""});
      rows[0].push_back({.text = name, .columns = kTable, .bold = true});
    }
    rows[0].push_back({.text = ""});
    for (std::size_t page = 0; page < kShown; ++page)
      rows[0].push_back({.text = fmt::format("page {}", page), .bold = true});
    rows.insert(rows.end(), rows_.begin(), rows_.end());
    const std::size_t columns = 1 + 2 * (1 + kTable) + 1 + kShown;
    rows.push_back({{.text = "AB 2: a page of A and B, count 2.  cache 1: the cache's, count 1.  blank: free.",
                     .columns = columns}});
    rows.push_back({{.text = "darker: the cache's.  bold: two requests need the page.", .columns = columns}});
    rows.push_back({{.text = "Pages 2 and 3 are free at the end: a page that is partly filled is not cached.",
                     .columns = columns}});
    return to_dot_cells(rows);
  }

 private:
  /// Coloured by the page's owner, as in page_life; bold where two need it.
  Cell page_cell(PageId page, const std::string& text, const std::string& known, std::size_t width) const {
    return {.text = text, .colour = page_colour(known), .width = width, .bold = is_shared(*server_.allocator, page)};
  }
  Cell table_cell(const std::vector<PageId>& table, std::size_t i, const std::vector<std::string>& cells) const {
    if (i >= table.size()) return {.text = "", .colour = cell_colour::none, .width = 24};
    return page_cell(table[i], std::to_string(table[i]), cells[table[i]], 24);
  }

  const PagedDesk& server_;
  const Request &a_, &b_;
  CellRows rows_;
  int calls_ = 0;
};

}  // namespace

void show_forks(Demo& demo) {
  demo.step(
      fmt::format("Copy-on-write: {} tokens on pages of {}, and a fork that shares its last page", kPrompt, kForkPage));
  PagedDesk server(8, kForkPage);
  std::vector<TokenId> prompt(kPrompt);
  std::iota(prompt.begin(), prompt.end(), 1);
  Request a = server.start(prompt), b;
  server.compute(a);
  ForkFilm film(server, a, b);
  Json copied = Json::array();
  const auto called = [&](const std::string& words) {
    server.check(a), server.check(b);
    film.called(words);
    copied.push_back(server.kv.copied_tokens());
  };
  called("A has computed 10 tokens");
  b = server.fork(a);
  called("A is forked: B");
  server.append(b, 50);
  called("B writes a token: copies 2 first");
  demo.figure("cow.tables", Json{a.pages, b.pages});
  server.append(a, 60);
  called("A writes a token: in place");
  server.desk.finish(b);
  called("B is done");
  server.desk.finish(a);
  called("A is done");
  fmt::print(
      "\n   The fork copies nothing: pages 0 and 1 are the cache's, and page 2 counts two requests. The first that "
      "writes\n"
      "   takes a page of its own. Then the other one has page 2 alone. Both read their own text after every call.\n"
      "   Pages 2 and 3 are free at the end: a page that is partly filled is not cached.\n");
  demo.figure("cow.copied", copied);
  demo.picture("copy_on_write", film.picture());
}

}  // namespace radixlab
