#include "05-radix-tree/demo_tree.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iostream>

#include "visualize/cells.hpp"
#include "visualize/label_text.hpp"
#include "visualize/tree_text.hpp"

namespace radixlab {
namespace {

std::string node_label(const NodeView& node) {
  const bool is_locked = node.use.ref_count > 0;
  const auto colour = is_locked ? cell_colour::shared : node.evictable ? cell_colour::own : cell_colour::empty;
  const std::string use = is_locked ? counted(node.use.ref_count, "lock") : node.evictable ? "evictable" : "inner";
  const std::string pages = node.pages.size() == 1 ? "page" : "pages";
  return cell_table(
      {{{.text = words_of(node.tokens), .colour = colour, .width = 70, .bold = true}},
       {{.text = fmt::format("#{} · {} {}", node.id, pages, page_ranges(node.pages, 3)), .colour = colour}},
       {{.text = use, .colour = colour}}});
}

}  // namespace

std::string words_of(std::span<const TokenId> tokens) { return fmt::format("{}", fmt::join(tokens, " ")); }

InsertResult DemoTree::publish(const std::vector<TokenId>& text) {
  const CacheHandle hit = cache.match_prefix(text);
  std::vector<PageId> pages(text.size());
  cache.copy_pages(hit, std::span(pages).first(hit.cached_len));
  source.take(std::span(pages).subspan(hit.cached_len));
  return {hit.cached_len, cache.insert_prefix(text, pages, hit).handle};
}

std::vector<PageId> DemoTree::pages_of(const CacheHandle& handle) const {
  std::vector<PageId> pages(handle.cached_len);
  cache.copy_pages(handle, pages);
  return pages;
}

void DemoTree::print() const {
  cache.check_integrity();
  print_tree(std::cout, cache.snapshot(), {.indent = "   "});
}

void DemoTree::moment(const std::string& title, const std::string& words) {
  demo_.step(title);
  if (!words.empty()) fmt::print("   {}\n\n", words);
  print();
  const SizeInfo sizes = cache.size_info();
  fmt::print("\n   evictable {} + protected {} = {} pages\n", sizes.evictable_size, sizes.protected_size,
             sizes.total_size());
  moments_.push_back({title, cache.snapshot()});
}

void DemoTree::picture(const std::string& name) const {
  std::string dot(kCellsHead);
  dot += "  graph [ordering=out, ranksep=0.3];\n";
  for (std::size_t i = 0; i < moments_.size(); ++i) {
    const auto& [title, tree] = moments_[i];
    const std::size_t colon = std::min(title.find(": "), title.size());
    CellRows lines = {{{.text = fmt::format("{}. {}", i + 1, title.substr(0, colon))}}};
    if (colon < title.size()) lines.push_back({{.text = title.substr(colon + 2)}});
    dot += fmt::format("  m{}_0 [label=<{}>];\n", i, cell_table(lines));
    for (const NodeView& node : tree.nodes) {
      dot += fmt::format("  m{}_{} [label=<{}>];\n", i, node.id, node_label(node));
      dot += fmt::format("  m{}_{} -> m{}_{};\n", i, node.parent, i, node.id);
    }
  }
  demo_.picture(name, dot + "}\n");
}

}  // namespace radixlab
