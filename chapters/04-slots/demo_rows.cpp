#include <fmt/format.h>
#include <functional>

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

std::string row_of_cells(const PoolState& state) {
  std::string row = "|";
  for (const std::string& cell : state.pages) row += fmt::format("{:^5}|", cell);
  return row;
}

// A line a moment: the four rows, while a request runs and when it is done.
std::string film(const std::vector<std::pair<std::string, PoolState>>& moments) {
  CellRows rows;
  for (const auto& [words, state] : moments) {
    rows.push_back({{.text = words, .left = true}});
    for (const std::string& cell : state.pages) {
      const bool cached = cell.starts_with('#');
      const auto colour = cell.empty() ? cell_colour::empty : cached ? cell_colour::shared : cell_colour::own;
      rows.back().push_back({.text = cell, .colour = colour, .width = 36});
    }
  }
  rows.push_back({{.text = "blank: free.  a: private to a.  #: cached.", .columns = 1 + kRows}});
  return to_dot_cells(rows);
}

}  // namespace

void show_rows(Demo& demo, std::span<const Stage> stages) {
  demo.step(
      fmt::format("A pool of {} rows of {} tokens: every hit is copied into a row of the asker's own", kRows, kMaxLen));
  DemoDesk desk(stages, "slots", kRows, kMaxLen);
  std::vector<std::pair<std::string, PoolState>> moments;
  std::size_t copied = 0;
  Json steps = Json::array();
  for (const Event& event : kEvents) {
    desk.start(event.name, event.prompt);
    copied += desk.hit(event.name);
    const std::string words = fmt::format("{}: {} copied, {} computed", event.title, desk.hit(event.name),
                                          event.prompt.size() - desk.hit(event.name));
    moments.emplace_back(words, desk.state());
    fmt::print("   {:<60}{}\n", words, row_of_cells(moments.back().second));
    desk.compute(event.name, event.prompt.size());
    desk.finish(event.name);
    moments.emplace_back(fmt::format("{} is done", event.name), desk.state());
    fmt::print("   {:<60}{}   asked: {}\n", moments.back().first, row_of_cells(moments.back().second), desk.calls());
    for (std::size_t i = moments.size() - 2; i < moments.size(); ++i) steps.push_back(moments[i].second.pages);
  }
  fmt::print("\n   {} tokens copied, {} computed\n", copied, desk.tokens_computed());
  demo.figure("rows.steps", steps);
  demo.figure("rows.copied", copied);
  demo.figure("rows.computed", desk.tokens_computed());
  demo.picture("rows", film(moments));
}

}  // namespace radixlab
