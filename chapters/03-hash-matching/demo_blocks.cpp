#include <fmt/format.h>
#include <numeric>

#include "03-hash-matching/demo_steps.hpp"
#include "03-hash-matching/hash_cache_manager.hpp"
#include "apps/cli.hpp"
#include "testing/story.hpp"
#include "visualize/cells.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kBlock = 4;
using Tokens = std::vector<TokenId>;

struct Prompt {
  const char* what;
  Tokens tokens;
};

// A document of four pages and a question of one.
std::vector<Prompt> prompts() {
  Tokens first(20);
  std::iota(first.begin(), first.end(), 0);
  Tokens second = first, third = first;
  for (std::size_t i = 16; i < 20; ++i) second[i] += 20;
  third[6] = 99;
  return {{"a prompt", first}, {"another question", second}, {"token 6 is another", third}};
}

std::string text_of(std::span<const TokenId> tokens) {
  std::string text;
  for (const TokenId token : tokens) text += fmt::format("{}{}", text.empty() ? "" : " ", token);
  return text;
}

}  // namespace

void show_blocks(Demo& demo) {
  demo.step("Blocks: the hash of a page begins with the hash of the page before it");
  HashCacheManager manager(kBlock);
  Story cache(manager, kBlock, false);
  CellRows rows;
  PageId next = 0;
  std::size_t found_in_all = 0, equal_in_all = 0;
  const std::vector<Prompt> all = prompts();
  for (const auto& [what, tokens] : all) {
    const std::size_t found = cache.match_prefix(tokens).cached_len, pages = tokens.size() / kBlock;
    std::vector<PageId> own(pages);
    std::iota(own.begin(), own.end(), next);
    next += static_cast<PageId>(pages);
    cache.insert_prefix(tokens, own, {});
    rows.push_back({{.text = fmt::format("{}: {} of {} found", what, found, tokens.size()), .left = true}});
    std::uint64_t hash = 0;
    fmt::print("   {:<20}{:>3} of {} tokens found   ", what, found, tokens.size());
    for (std::size_t i = 0; i < pages; ++i) {
      const auto page = std::span(tokens).subspan(i * kBlock, kBlock);
      hash = hash_block(hash, page, 0);
      const bool equal =
          std::ranges::equal(page, std::span(all[0].tokens).subspan(i * kBlock, kBlock)) && &tokens != &all[0].tokens;
      const bool hit = (i + 1) * kBlock <= found;
      rows.back().push_back({.text = fmt::format("{}: {:04x}", text_of(page), hash >> 48),
                             .colour = hit     ? cell_colour::shared
                                       : equal ? cell_colour::wasted
                                               : cell_colour::own,
                             .width = 110});
      fmt::print("{:04x} ", hash >> 48);
      found_in_all += hit;
      equal_in_all += equal;
    }
    fmt::print("\n");
  }
  cache.check_integrity();
  const std::size_t size = manager.size_info().total_size(), inserted = next;
  fmt::print(
      "\n   {} blocks were inserted and {} are kept: {} were found. {} more have equal tokens, and another hash:\n"
      "   their keys and values were computed behind another text\n",
      inserted, size, found_in_all, equal_in_all - found_in_all);
  demo.figure("blocks.inserted", inserted);
  demo.figure("blocks.kept", size);
  demo.figure("blocks.equal_not_found", equal_in_all - found_in_all);
  rows.push_back({{.text = "tokens: first 16 bits of the hash. Orange: found. Blue: new. Red: equal tokens behind "
                           "another text, so another block.",
                   .columns = rows.front().size(),
                   .left = true}});
  demo.picture("blocks", to_dot_cells(rows));
}

}  // namespace radixlab
