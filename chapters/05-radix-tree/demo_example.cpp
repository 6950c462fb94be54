#include <fmt/format.h>

#include "05-radix-tree/demo_steps.hpp"
#include "05-radix-tree/demo_tree.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

using Texts = std::vector<std::vector<TokenId>>;

const Texts kSequences = {{1, 2, 3, 4, 5}, {1, 2, 3, 6, 7}, {1, 2, 8, 9}, {1, 2, 3, 4, 10}};
const Texts kQueries = {{1, 2, 3, 4, 5, 11}, {1, 2, 3}, {1, 2, 8, 9, 10}, {5, 6, 7}};

}  // namespace

void show_example(Demo& demo) {
  demo.step("Seed 004's radix_tree_example: four sequences, four look-ups, pages of one token");
  DemoTree tree(demo);
  for (const auto& sequence : kSequences) {
    const InsertResult r = tree.publish(sequence);
    const std::vector<PageId> pages = tree.pages_of(r.handle);
    const auto given = std::span(pages).subspan(r.cached_len);
    fmt::print("   insert {:<16}{} were there, {} new: {} {}\n", words_of(sequence), r.cached_len, given.size(),
               given.size() == 1 ? "page" : "pages", page_ranges(given, 3));
  }
  fmt::print("\n");
  tree.print();
  demo.tree(tree.cache.snapshot(), "Seed 004's example: four sequences, pages of one token");

  fmt::print("\n   {:<18}{:<18}{:<16}{:<14}{:>8}\n", "query", "cached prefix", "its pages", "remaining", "hit rate");
  Json cached = Json::array(), rates = Json::array(), pages = Json::array();
  for (const auto& query : kQueries) {
    const CacheHandle hit = tree.cache.match_prefix(query);
    const auto [all, n] = std::pair(std::span(query), hit.cached_len);
    const std::vector<PageId> where = tree.pages_of(hit);
    const double rate = 100.0 * static_cast<double>(n) / static_cast<double>(all.size());
    fmt::print("   {:<18}{:<18}{:<16}{:<14}{:>6.1f} %\n", words_of(all), words_of(all.first(n)), page_ranges(where, 3),
               words_of(all.subspan(n)), rate);
    cached.push_back(n);
    rates.push_back(fmt::format("{:.1f}", rate));
    pages.push_back(where);
  }
  fmt::print("\n   The seed's tree has no keys and values for 1 2 3: a split leaves its upper half none (S1).\n");
  demo.figure("example.cached", cached);
  demo.figure("example.hit_rates", rates);
  demo.figure("example.pages", pages);
  demo.figure("example.nodes", tree.cache.num_nodes());
  demo.figure("example.tokens", tree.cache.size_info().total_size());
}

}  // namespace radixlab
