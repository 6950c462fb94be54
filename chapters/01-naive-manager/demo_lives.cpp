#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <stdexcept>

#include "01-naive-manager/demo_desk.hpp"
#include "01-naive-manager/demo_steps.hpp"
#include "visualize/cells.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kPages = 6, kPageSize = 4;

using Tokens = std::vector<TokenId>;
const Tokens kA = {1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13}, kB = {1, 2, 3, 4, 5, 6, 7, 8, 20, 21, 22, 23},
             kC = {31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42};

struct Event {
  const char* call;   ///< as the desk names it
  const char* title;  ///< what happens
  std::function<std::string(DemoDesk&)> happen;
};

// Computes what is left of a prompt; nothing if the request had to wait.
std::string finish_prompt(DemoDesk& desk, char name, std::size_t prompt) {
  if (!desk.is_running(name)) return "still waits";
  const std::string computed = desk.compute(name, prompt);
  return computed + ", " + desk.finish(name);
}

const std::vector<Event> kEvents = {
    {"start a", "a arrives, a prompt of 12 tokens", [](DemoDesk& d) { return d.start('a', kA); }},
    {"chunk_done a", "8 tokens of a are computed, a chunk",
     [](DemoDesk& d) {
       const std::string computed = d.compute('a', 8);
       return computed + ", " + d.chunk_done('a');
     }},
    {"grow a", "the rest of a is computed, and a token generated: it needs a place",
     [](DemoDesk& d) {
       const std::string computed = d.compute('a', 12);
       return computed + ", " + d.grow('a', 14);
     }},
    {"start b", "b arrives, 12 tokens, of which the first 8 are a's", [](DemoDesk& d) { return d.start('b', kB); }},
    {"finish a", "the generated token is run, and a is done",
     [](DemoDesk& d) {
       const std::string computed = d.compute('a', 13);
       return computed + ", " + d.finish('a');
     }},
    {"start b", "b tries again, if it had to wait",
     [](DemoDesk& d) { return d.is_running('b') ? "runs already" : d.start('b', kB); }},
    {"finish b", "b's prompt is computed, and b is done", [](DemoDesk& d) { return finish_prompt(d, 'b', 12); }},
    {"start c", "c arrives, 12 tokens that nobody had", [](DemoDesk& d) { return d.start('c', kC); }},
    {"finish c", "c's prompt is computed, and c is done", [](DemoDesk& d) { return finish_prompt(d, 'c', 12); }}};

// One manager's desk, with every state so far.
struct Life {
  std::string manager;
  std::unique_ptr<DemoDesk> desk;
  std::vector<PoolState> states = {};
};

std::string row_of_cells(const PoolState& state) {
  std::string row = "|";
  for (const std::string& page : state.pages) row += fmt::format("{:^5}|", page);
  return row;
}

void show_event(const Event& event, Life& life) {
  const std::string words = event.happen(*life.desk);
  const PoolState state = life.desk->state();
  fmt::print("   {:<8}{}  free {} + private {} + cached {} = {}\n", life.manager, row_of_cells(state), state.free,
             state.private_pages, state.cached, kPages);
  const std::string calls = life.desk->calls();
  fmt::print("           {:<36}{}{}\n", words, calls.empty() ? "" : "asked: ", calls);
  life.states.push_back(state);
}

Json figures_of(const Life& life) {
  Json steps = Json::array();
  for (std::size_t i = 0; i < life.states.size(); ++i) {
    const PoolState& s = life.states[i];
    steps.push_back({{"call", kEvents[i].call},
                     {"pages", s.pages},
                     {"free", s.free},
                     {"private", s.private_pages},
                     {"cached", s.cached}});
  }
  return steps;
}

// A row a step: the pool under each manager, side by side.
std::string film(const std::vector<Life>& lives) {
  CellRows rows(1 + kEvents.size());
  rows[0].push_back({.text = ""});
  for (std::size_t i = 0; i < kEvents.size(); ++i)
    rows[i + 1].push_back({.text = fmt::format("{}. {}", i + 1, kEvents[i].call), .left = true});
  for (const Life& life : lives) {
    rows[0].push_back({.text = "", .width = 8});
    rows[0].push_back({.text = life.manager + ": pages 0-5", .columns = kPages, .bold = true});
    for (std::size_t i = 0; i < kEvents.size(); ++i) {
      rows[i + 1].push_back({.text = ""});
      for (const std::string& page : life.states[i].pages) {
        const bool cached = page.starts_with('#');
        const auto colour = page.empty() ? cell_colour::empty : cached ? cell_colour::shared : cell_colour::own;
        rows[i + 1].push_back({.text = page, .colour = colour, .width = 30});
      }
    }
  }
  rows.push_back({{.text = "blank: free.  a: private to a.  #: cached.  #a: cached, and a uses it.",
                   .columns = rows.front().size() + lives.size() * (kPages - 1)}});
  return to_dot_cells(rows);
}

}  // namespace

void show_lives(Demo& demo, std::span<const Stage> stages, const std::vector<std::string>& managers) {
  fmt::print(
      "\nA pool of {} pages of {} tokens, and no model: the desk's calls, and what they do to the pages.\n"
      "   |     | free    |  a  | private to request a    |  #  | cached    | #a  | cached, and a uses it\n",
      kPages, kPageSize);
  std::vector<Life> lives;
  lives.reserve(managers.size());
  for (const std::string& manager : managers)
    lives.push_back({manager, std::make_unique<DemoDesk>(stages, manager, kPages, kPageSize)});
  for (const Event& event : kEvents) {
    demo.step(fmt::format("{}: {}", event.call, event.title));
    for (Life& life : lives) show_event(event, life);
  }
  fmt::print("\n   computed altogether:");
  for (const Life& life : lives) {
    fmt::print("  {} {} tokens", life.manager, life.desk->tokens_computed());
    demo.figure("desk." + life.manager + ".steps", figures_of(life));
    demo.figure("desk." + life.manager + ".computed", life.desk->tokens_computed());
  }
  fmt::print("\n");
  demo.picture("desk", film(lives));
}

std::vector<std::string> built_managers(std::span<const Stage> stages, const std::vector<std::string>& managers) {
  std::vector<std::string> built;
  std::string first_to_do;
  for (const std::string& manager : managers) {
    const auto stage = std::ranges::find(stages, manager, [](const Stage& s) { return std::string(s.name); });
    if (stage != stages.end() && !stage->make && stage != stages.begin()) {
      fmt::print("{}: built in lab {}\n", manager, stage->chapter);
      if (first_to_do.empty()) first_to_do = fmt::format("{} is built in lab {}", manager, stage->chapter);
      continue;
    }
    create_cache_manager(stages, manager, {});  // throws for a name that is none
    built.push_back(manager);
  }
  if (built.empty()) throw std::invalid_argument("--managers: none of them is built yet: " + first_to_do);
  return built;
}

}  // namespace radixlab
