#include "visualize/timeline.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <stdexcept>

#include "visualize/cells.hpp"

namespace radixlab {
namespace {

// The first that happened in a column is the column's.
enum Event : std::uint8_t { kPreempted, kRecomputes, kForked, kPrefills, kDecodes, kWaits, kIdle, kAbsent };

struct Kind {
  const char *letter, *words;
  std::string_view colour;
};
constexpr std::array<Kind, kAbsent + 1> kKinds = {{
    {"x", "preempted: its pages are taken, and it waits", cell_colour::wasted},
    {"r", "catches up after a preemption: tokens are computed", cell_colour::wasted},
    {"f", "begins as a fork, at the first generated token", cell_colour::shared},
    {"p", "prefill: tokens of the prompt are computed", cell_colour::shared},
    {"+", "generates a token", cell_colour::own},
    {".", "waits", cell_colour::empty},
    {"-", "runs, but the step had no token left for it", cell_colour::empty},
    {"", "", cell_colour::none},
}};

struct Moment {
  Event event = kAbsent;
  std::size_t num_tokens = 0;  // computed, where it is more than the one that a decode computes
  bool generated = false;
};

struct Row {
  std::vector<Moment> moments;  // [steps]
  std::string end;              // why, once it has ended
  bool catches_up = false;
  std::size_t last = 0;  // the last step that knows of it
};

using Rows = std::map<std::uint64_t, Row>;

Moment& at(Rows& rows, std::uint64_t id, std::size_t step, std::size_t steps) {
  Row& row = rows[id];
  row.moments.resize(steps);
  row.last = step;
  return row.moments[step];
}

void note(Rows& rows, const TimelineStep& step, std::size_t number, std::size_t steps) {
  for (const auto& ran : step.ran) {
    Moment& moment = at(rows, ran.id, number, steps);
    const bool decodes = ran.num_generated > 0 && ran.num_tokens == 1;
    moment = {rows[ran.id].catches_up ? kRecomputes : decodes ? kDecodes : kPrefills, ran.num_tokens, false};
  }
  for (const std::uint64_t id : step.generated) {
    Moment& moment = at(rows, id, number, steps);
    if (moment.event == kAbsent) moment.event = kForked;
    moment.generated = true;
    rows[id].catches_up = false;
  }
  for (const std::uint64_t id : step.waiting) {
    Moment& moment = at(rows, id, number, steps);
    if (moment.event == kAbsent) moment.event = kWaits;
  }
  for (const std::uint64_t id : step.preempted) {
    at(rows, id, number, steps) = {.event = kPreempted};
    rows[id].catches_up = true;
  }
  for (const auto& [id, why] : step.ended) {
    at(rows, id, number, steps);
    rows[id].end = why;
  }
}

Rows rows_of(const std::vector<TimelineStep>& steps) {
  Rows rows;
  for (std::size_t number = 0; number < steps.size(); ++number) note(rows, steps[number], number, steps.size());
  for (auto& [id, row] : rows) {
    bool begun = false;
    for (std::size_t step = 0; step <= row.last; ++step) {
      Moment& moment = row.moments[step];
      const bool ends_here = step == row.last && !row.end.empty();  // it was aborted before it ran again
      if (begun && moment.event == kAbsent && !ends_here) moment.event = kIdle;
      begun = begun || moment.event != kAbsent;
    }
  }
  return rows;
}

// "16" and "8+" in a prefill, "+" in a decode, "r8" and "r8+" behind a preemption.
std::string words_of(const Moment& moment) {
  std::string words = moment.event == kPrefills || moment.event == kDecodes ? "" : kKinds[moment.event].letter;
  if (moment.event == kPrefills || moment.event == kRecomputes) words += fmt::format("{}", moment.num_tokens);
  if (moment.generated && moment.event != kForked) words += "+";
  return moment.event == kDecodes && words.empty() ? "1" : words;  // a row that failed gives no token
}

Event event_of(const Row& row, std::size_t begin, std::size_t end) {
  Event first = kAbsent;
  for (std::size_t step = begin; step < std::min(end, row.moments.size()); ++step)
    first = std::min(first, row.moments[step].event);
  return first;
}

std::size_t widest_of(const Rows& rows, std::size_t steps) {
  std::size_t widest = fmt::formatted_size("{}", steps > 0 ? steps - 1 : 0);
  for (const auto& [id, row] : rows)
    for (const Moment& moment : row.moments) widest = std::max(widest, words_of(moment).size());
  return widest;
}

std::size_t steps_a_column(std::size_t steps, const TimelineOptions& options) {
  if (options.most == 0) throw std::invalid_argument("a time line of at most 0 columns, expected at least 1");
  return std::max<std::size_t>(1, (steps + options.most - 1) / options.most);
}

bool has(const Rows& rows, Event event) {
  return std::ranges::any_of(
      rows, [&](const auto& row) { return std::ranges::count(row.second.moments, event, &Moment::event) > 0; });
}

// Of what occurs, in the order in which a column chooses. Numbers stand where a column is one step.
std::vector<std::string> legend_of(const Rows& rows, bool numbers, std::size_t a_column) {
  std::vector<std::string> lines;
  for (std::size_t event = 0; event < kAbsent; ++event) {
    if (!has(rows, static_cast<Event>(event))) continue;
    const auto& [letter, words, colour] = kKinds[event];
    const bool number = numbers && (event == kPrefills || event == kRecomputes);
    const std::string sign = number && event == kPrefills ? "16" : number ? "r16" : letter;
    lines.push_back(fmt::format("{:<4} {}{}", sign, words, number ? ", 16 of them; with + it generates one, too" : ""));
  }
  if (a_column > 1) lines.push_back(fmt::format("a column: {} steps; what stands first above is shown", a_column));
  return lines;
}

}  // namespace

std::string to_text_timeline(const std::vector<TimelineStep>& steps, const TimelineOptions& options) {
  const std::size_t a_column = steps_a_column(steps.size(), options);
  const Rows rows = rows_of(steps);
  const std::size_t names =
      rows.empty() ? 4 : std::max<std::size_t>(4, fmt::formatted_size("{}", rows.rbegin()->first));
  const std::size_t widest = widest_of(rows, steps.size());
  const bool numbers = steps.size() * (widest + 1) <= options.most;
  std::string out = fmt::format("{:<{}}  ", "step", names);
  for (std::size_t step = 0; numbers && step < steps.size(); ++step) out += fmt::format("{:<{}}", step, widest + 1);
  if (!numbers) out += fmt::format("0 to {}", steps.size() - 1);
  out.erase(out.find_last_not_of(' ') + 1);
  for (const auto& [id, row] : rows) {
    std::string line = fmt::format("\n{:>{}}  ", id, names);
    for (std::size_t step = 0; step <= row.last; step += a_column) {
      if (numbers)
        line += fmt::format("{:<{}}", words_of(row.moments[step]), widest + 1);
      else
        line += fmt::format("{:<1}", kKinds[event_of(row, step, step + a_column)].letter);
    }
    if (!row.end.empty()) line += (numbers ? "" : " ") + row.end;
    out += line.substr(0, line.find_last_not_of(' ') + 1);
  }
  for (const std::string& line : legend_of(rows, numbers, a_column))
    out += fmt::format("\n{:{}}{}", "", names + 2, line);
  return out + "\n";
}

std::string to_dot_timeline(const std::vector<TimelineStep>& steps, const TimelineOptions& options) {
  const std::size_t a_column = steps_a_column(steps.size(), options);
  const Rows rows = rows_of(steps);
  const std::size_t columns = (steps.size() + a_column - 1) / a_column;
  CellRows cells = {{{.text = "step", .left = true}}};
  for (std::size_t column = 0; column < columns; ++column)
    cells[0].push_back({.text = fmt::format("{}", column * a_column), .width = 26});
  for (const auto& [id, row] : rows) {
    auto& line = cells.emplace_back(1, Cell{.text = fmt::format("request {}", id), .left = true});
    for (std::size_t step = 0; step <= row.last; step += a_column) {
      const Event event = event_of(row, step, step + a_column);
      const std::string words = a_column == 1 ? words_of(row.moments[step]) : kKinds[event].letter;
      line.push_back({.text = words, .colour = kKinds[event].colour});
    }
    if (!row.end.empty()) line.push_back({.text = row.end, .columns = 3, .left = true});
  }
  CellRows legend;
  for (const std::string& line : legend_of(rows, a_column == 1, a_column))
    legend.push_back({{.text = line, .left = true}});
  std::string out = fmt::format("{}  steps [label=<{}>];\n", kCellsHead, cell_table(cells));
  if (!legend.empty())  // a table of its own: its lines would widen the columns
    out += fmt::format("  legend [label=<{}>];\n  steps -> legend [style=invis];\n", cell_table(legend));
  return out + "}\n";
}

}  // namespace radixlab
