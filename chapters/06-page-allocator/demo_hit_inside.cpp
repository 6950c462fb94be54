#include <fmt/format.h>
#include <iostream>
#include <numeric>

#include "06-page-allocator/demo_pool.hpp"
#include "06-page-allocator/demo_steps.hpp"
#include "visualize/label_text.hpp"
#include "visualize/tree_text.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kTokens = 16, kAgree = 6, kPlaces = 4;  // of a text, of both texts, of a page

std::vector<TokenId> text_with(TokenId first_own) {
  std::vector<TokenId> text(kTokens);
  std::iota(text.begin(), text.begin() + kAgree, 1);
  std::iota(text.begin() + kAgree, text.end(), first_own);
  return text;
}

void print_state(const PagedDesk& server, const PageTables& tables) {
  server.cache.check_integrity();
  print_tree(std::cout, server.cache.snapshot(), {.indent = "   "});
  fmt::print("\n   {}\n   {}\n", row_of_numbers(8), row_of_pages(page_cells(*server.allocator, tables), 8));
}

}  // namespace

void show_hit_inside(Demo& demo) {
  const std::vector<TokenId> known = text_with(7), asked = text_with(20);
  demo.step(fmt::format("A hit that ends inside a page: pages of {} tokens, and {} tokens agree", kPlaces, kAgree));
  PagedDesk server(12, kPlaces);
  server.serve(known);
  std::vector<PageId> of_known(kTokens / kPlaces);
  server.cache.copy_pages(server.cache.match_prefix(known), of_known);
  fmt::print("   1 2 3 4 5 6 7 ... 16 is cached on pages {}:\n\n", page_ranges(of_known, 3));
  print_state(server, {});

  demo.step(fmt::format("B brings 1 2 3 4 5 6 20 ... 29: {} tokens are found", kAgree));
  Request b = server.start(asked);
  demo.figure("predicted_found_inside", b.hit);
  demo.figure("predicted_nodes_after", server.cache.num_nodes());
  demo.figure("partial.copied", server.kv.copied_tokens());
  demo.figure("partial.table", b.pages);
  fmt::print(
      "   Page {} is shared in place. {} tokens of page {} are copied to page {}, which is B's own.\n"
      "   The edge is cut twice: page {} is a node of its own now, which is never cut again. So a handle to it stays "
      "good.\n\n",
      b.pages[0], server.kv.copied_tokens(), of_known[1], b.pages[1], of_known[1]);
  print_state(server, {{"B", b.pages}});
  const std::size_t found = b.hit, found_in_whole_pages = found / kPlaces * kPlaces;
  server.compute(b);
  server.kv.check(known, of_known);
  fmt::print(
      "\n   B computes {} tokens; with whole pages alone (chapter 05) it would find {} and compute {}.\n"
      "   The text that was there still reads its own keys and values on pages {}.\n",
      kTokens - found, found_in_whole_pages, kTokens - found_in_whole_pages, page_ranges(of_known, 3));

  demo.step("B is done: its whole pages are the cache's");
  server.desk.finish(b);
  print_state(server, {});
  demo.tree(server.cache.snapshot(), "Two texts that part inside a page, pages of four tokens");
  demo.figure("partial.cached", server.cache.size_info().total_size());
}

}  // namespace radixlab
