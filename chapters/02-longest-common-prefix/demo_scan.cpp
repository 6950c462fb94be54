#include <fmt/format.h>

#include "02-longest-common-prefix/demo_steps.hpp"
#include "02-longest-common-prefix/scene.hpp"
#include "apps/cli.hpp"
#include "apps/timing.hpp"
#include "io/error.hpp"
#include "visualize/cells.hpp"

namespace radixlab {
namespace {

using Text = std::vector<TokenId>;

const Text kNew = {7, 7, 3, 1, 9, 2};
const std::vector<Text> kCandidates = {{7, 7, 9, 4, 2}, {5, 1, 3}, {7, 7, 3, 1, 5}, {7, 7, 3, 1}, {7}};

std::string words(const Text& text) {
  std::string all;
  for (const TokenId token : text) all += fmt::format("{} ", token);
  return all;
}

// A row a text: darker as far as it agrees with the new one, and the token that differs.
CellRows drawn(const PrefixMatch& best) {
  const auto row = [](std::string name, const Text& text, std::size_t same, std::string verdict) {
    std::vector<Cell> cells = {{.text = std::move(name), .left = true}};
    for (std::size_t i = 0; i < kNew.size(); ++i) {
      if (i >= text.size()) {
        cells.push_back({.text = ""});
        continue;
      }
      const auto colour = i < same ? cell_colour::shared : i == same ? cell_colour::wasted : cell_colour::empty;
      cells.push_back({.text = std::to_string(text[i]), .colour = colour, .width = 26});
    }
    cells.push_back({.text = std::move(verdict), .left = true});
    return cells;
  };
  CellRows rows = {row("new text", kNew, 0, "")};
  for (Cell& cell : rows.front())
    if (!cell.colour.empty()) cell.colour = cell_colour::own;
  for (std::size_t i = 0; i < kCandidates.size(); ++i) {
    const std::size_t same = PrefixDetector::find_longest_common_prefix(kNew, kCandidates[i]);
    const bool is_best = best.index == static_cast<std::ptrdiff_t>(i);
    rows.push_back(row(fmt::format("candidate {}", i), kCandidates[i], same,
                       fmt::format("{} in common{}", same, is_best ? ": the best, and first" : "")));
    rows.back().back().bold = is_best;
  }
  return rows;
}

void show_small(Demo& demo) {
  demo.step("Which candidate begins most like the new text?");
  const PrefixMatch best = PrefixDetector().find_best_prefix_match(kNew, kCandidates);
  fmt::print("   new text      {}\n", words(kNew));
  for (std::size_t i = 0; i < kCandidates.size(); ++i)
    fmt::print("   candidate {}   {:<12}{} in common{}\n", i, words(kCandidates[i]),
               PrefixDetector::find_longest_common_prefix(kNew, kCandidates[i]),
               best.index == static_cast<std::ptrdiff_t>(i) ? "   <- index of the best; ties go to the lowest" : "");
  demo.figure("best.index", best.index);
  demo.figure("best.length", best.length);
  demo.picture("scan", to_dot_cells(drawn(best)));
}

// Times are printed and never kept: figures are counts, which are the same on every machine.
double scan_ms(const PrefixDetector& detector, const Text& query, const std::vector<Text>& sequences) {
  std::vector<double> times(7);
  for (double& time : times)
    time = milliseconds([&] {
      if (detector.find_best_prefix_match(query, sequences).index != 0) throw CheckFailed("the best match is not 0");
    });
  return median(times);
}

void show_growing(Demo& demo) {
  demo.step("Seed 004's benchmark: texts of 1,000 equal tokens and 100 of their own, and one look-up among them");
  fmt::print("   {:>10}{:>20}{:>14}{:>18}\n", "stored", "tokens compared", "plain loop", "get_match_len");
  const Text query = seed_query();
  for (const std::size_t count : {10, 100, 1000}) {
    const std::vector<Text> sequences = seed_sequences(count);
    tokens_compared = 0;
    PrefixDetector(counting_match_len).find_best_prefix_match(query, sequences);
    fmt::print("   {:>10}{:>20}{:>14}{:>18}\n", grouped(count), grouped(tokens_compared),
               fmt::format("{:.3f} ms", scan_ms(PrefixDetector(), query, sequences)),
               fmt::format("{:.3f} ms", scan_ms(PrefixDetector(get_match_len), query, sequences)));
    demo.figure(fmt::format("scan.{}.compared", count), tokens_compared);
  }
}

}  // namespace

void show_scan(Demo& demo) {
  show_small(demo);
  show_growing(demo);
}

}  // namespace radixlab
