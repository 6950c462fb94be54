#include <cctype>
#include <fmt/format.h>

#include "01-naive-manager/demo_desk.hpp"
#include "04-slots/demo_steps.hpp"
#include "visualize/cells.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kRows = 4, kMaxLen = 16;

using Tokens = std::vector<TokenId>;

// 12 tokens, the first `common` of which are those of everybody.
Tokens prompt(TokenId own, std::size_t common) {
  Tokens tokens;
  for (std::size_t i = 0; i < 12; ++i) tokens.push_back(static_cast<TokenId>(i) + (i < common ? 0 : 100 * own));
  return tokens;
}

struct Event {
  char name;
  Tokens prompt;
  const char* title;
};

const std::vector<Event> kEvents = {{'a', prompt(1, 8), "a's prompt is new"},
                                    {'b', prompt(2, 8), "b begins with 8 tokens of a"},
                                    {'c', prompt(1, 8), "c is a once more"},
                                    {'d', prompt(3, 0), "d is new"},
                                    {'e', prompt(4, 8), "e begins with the same 8 tokens"},
                                    {'f', prompt(5, 0), "f is new, and no row is free"}};

using Cells = std::vector<std::string>;  // [rows] empty, "a" (a's own) or "A" (cached, and holds a's text)

// The pool, which says # for what is cached; `before` knows whose it was.
Cells cells_of(const PoolState& state, const Cells& before) {
  Cells cells = state.pages;
  for (std::size_t row = 0; row < cells.size(); ++row)
    if (cells[row].starts_with('#')) cells[row] = static_cast<char>(std::toupper(before[row].front()));
  return cells;
}

std::string row_of_cells(const Cells& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) row += fmt::format("{:^5}|", cell);
  return row;
}

// A line a moment: the four rows, while a request runs and when it is done.
std::string film(const std::vector<std::pair<std::string, Cells>>& moments) {
  CellRows rows = {{{.text = ""}}};
  for (std::size_t row = 0; row < kRows; ++row) rows[0].push_back({.text = fmt::format("row {}", row)});
  for (const auto& [words, cells] : moments) {
    rows.push_back({{.text = words, .left = true}});
    for (const std::string& cell : cells) {
      const bool cached = !cell.empty() && std::isupper(cell.front());
      const auto colour = cell.empty() ? cell_colour::empty : cached ? cell_colour::shared : cell_colour::own;
      rows.back().push_back({.text = cell, .colour = colour, .width = 36});
    }
  }
  rows.push_back({{.text = "blank: free.  a: private to a.  A: cached, a's text.", .columns = 1 + kRows}});
  return to_dot_cells(rows);
}

}  // namespace

void show_rows(Demo& demo, std::span<const Stage> stages) {
  demo.step(
      fmt::format("A pool of {} rows of {} tokens: every hit is copied into a row of the asker's own", kRows, kMaxLen));
  DemoDesk desk(stages, "slots", kRows, kMaxLen);
  std::vector<std::pair<std::string, Cells>> moments;
  std::size_t copied = 0;
  Json steps = Json::array();
  for (const Event& event : kEvents) {
    desk.start(event.name, event.prompt);
    copied += desk.hit(event.name);
    const std::string words = fmt::format("{}: {} copied, {} computed", event.title, desk.hit(event.name),
                                          event.prompt.size() - desk.hit(event.name));
    const PoolState running = desk.state();
    moments.emplace_back(words, cells_of(running, moments.empty() ? Cells(kRows) : moments.back().second));
    fmt::print("   {:<60}{}\n", words, row_of_cells(moments.back().second));
    desk.compute(event.name, event.prompt.size());
    desk.finish(event.name);
    const PoolState done = desk.state();
    moments.emplace_back(fmt::format("{} is done", event.name), cells_of(done, moments.back().second));
    fmt::print("   {:<60}{}   asked: {}\n", moments.back().first, row_of_cells(moments.back().second), desk.calls());
    steps.insert(steps.end(), {running.pages, done.pages});
  }
  fmt::print("\n   {} tokens copied, {} computed\n", copied, desk.tokens_computed());
  demo.figure("rows.steps", steps);
  demo.figure("rows.copied", copied);
  demo.figure("rows.computed", desk.tokens_computed());
  demo.picture("rows", film(moments));
}

}  // namespace radixlab
