// The engine's cells: whatever a batch, a history and a pool look like, not a bit of any row changes.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <malloc.h>

#include "apps/cli.hpp"
#include "apps/progress.hpp"
#include "engine_life.hpp"

namespace radixlab {
namespace {

struct Arguments {
  std::size_t cells = 2000, soak = 0, longest = kLongest;
  std::uint64_t first = 1;
  std::string fault = "none";
};

constexpr std::size_t kShowsAll = 50;  // cells, or requests of a soak, from which on everything must have happened

// One catalogue a model and type: kept, as a sweep comes back to each again and again.
class Catalogues {
 public:
  TextCatalogue& of(const EngineCell& cell) {
    auto& known = known_[{cell.model, cell.type}];
    if (!known) known = std::make_unique<TextCatalogue>(cell.model, cell.type);
    return *known;
  }

 private:
  std::map<std::pair<std::string, DType>, std::unique_ptr<TextCatalogue>> known_;
};

struct Totals {
  EngineCounts counts;
  std::size_t cells = 0, failed = 0, red = 0, could_be_red = 0, steps = 0, answers = 0, longest = 0, explained = 0;

  void add(const LifeReport& report) {
    ++cells;
    counts += report.counts;
    steps += report.steps;
    answers += report.answers;
    longest = std::max(longest, report.longest);
    red += !report.wrong.empty();
    could_be_red += report.chances > 0;
  }
};

std::string command_of(const EngineCell& cell, const Arguments& arguments) {
  const std::string what = arguments.soak > 0 ? fmt::format("--soak {}", arguments.soak) : "--cells 1";
  return fmt::format("engine_cells {} --first {}{}{}", what, cell.seed,
                     arguments.longest == kLongest ? "" : fmt::format(" --longest {}", arguments.longest),
                     arguments.fault == "none" ? "" : " --break " + arguments.fault);
}

// A fault must turn a cell red if, and only if, it had a chance. The first red cell explains itself.
void judge(const EngineCell& cell, const Arguments& arguments, TextCatalogue& texts, Totals& totals) {
  const EngineFault fault = parse_engine_fault(arguments.fault);
  const LifeReport report = live(texts, cell, fault);
  totals.add(report);
  const bool is_red = !report.wrong.empty(), should_be = report.chances > 0;
  totals.failed += is_red != should_be;
  if (is_red == should_be && (!is_red || totals.explained > 0)) return;
  fmt::print("{}\n  {} ({} chances){}\n  again: {}\n", cell.name(), is_red ? "red: " + report.wrong : "green",
             report.chances, is_red == should_be ? "" : ": EXPECTED THE OPPOSITE", command_of(cell, arguments));
  if (totals.explained++ == 0) fmt::print("{}", live(texts, cell, fault, true).explanation);
}

bool tell(const Arguments& arguments, const Totals& t, bool shows_all) {
  fmt::print("{} cells, {} failed; {} steps, {} answers, the longest took {} steps\n{}\n", t.cells, t.failed, t.steps,
             t.answers, t.longest, t.counts.in_words());
  if (arguments.fault != "none") {
    fmt::print("--break {}: {} cells red, {} had a chance\n", arguments.fault, t.red, t.could_be_red);
    if (t.could_be_red == 0) throw CheckFailed("--break " + arguments.fault + " had no chance, so it shows nothing");
    return t.failed == 0;
  }
  if (const std::string missing = t.counts.missing(); shows_all && t.failed == 0 && !missing.empty())
    throw CheckFailed("never happened, so nothing is shown of it: " + missing);
  return t.failed == 0;
}

bool run_cells(const Arguments& arguments) {
  Catalogues catalogues;
  Totals totals;
  {
    Progress progress("cells of the engine", arguments.cells);
    for (std::size_t i = 0; i < arguments.cells; ++i, progress.advance(1)) {
      const EngineCell cell = draw_cell(arguments.first + i, arguments.longest);
      judge(cell, arguments, catalogues.of(cell), totals);
    }
  }
  return tell(arguments, totals, arguments.cells >= kShowsAll);
}

std::size_t heap_in_use() { return mallinfo2().uordblks; }  // [bytes]; 0 behind a sanitizer, whose heap is its own

constexpr std::size_t kJudgesHeap = 1000;  // requests from which on what is kept is told from what is lost
constexpr std::size_t kSlack = 128 << 10;  // [bytes] by which a heap may grow between two moments of one run

// What is kept must not grow between the middle, where requests run, and the end, where none is left.
bool run_soak(const Arguments& arguments) {
  const EngineCell cell = soak_cell(arguments.first, arguments.soak, arguments.longest);
  TextCatalogue texts(cell.model, cell.type);
  if (arguments.soak >= kJudgesHeap) texts.compute_all();
  std::vector<std::size_t> heap;  // [bytes] half way, at the end
  const auto milestone = [&] { heap.push_back(heap_in_use()); };
  Totals totals;
  const LifeReport report = live(texts, cell, EngineFault::none, false, milestone);
  totals.add(report);
  totals.failed += !report.wrong.empty();
  if (!report.wrong.empty()) {
    fmt::print("{}\n  red: {}\n  again: {}\n", cell.name(), report.wrong, command_of(cell, arguments));
    fmt::print("{}", live(texts, cell, EngineFault::none, true).explanation);
  } else {
    fmt::print("{} requests through one engine; heap {} KiB half way, {} KiB at the end\n", arguments.soak,
               heap[0] >> 10, heap[1] >> 10);
    if (arguments.soak >= kJudgesHeap && heap[1] > heap[0] + kSlack)
      throw CheckFailed("the heap grows with the requests that are over");
  }
  return tell(arguments, totals, arguments.soak >= kShowsAll);
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  using namespace radixlab;
  Arguments arguments;
  const auto setup = [&](CLI::App& app) {
    app.description("Random cells of the engine: each row is held against the scalar reference, bit for bit");
    app.footer("Example: engine_cells --cells 200 --break twin");
    app.add_option("--cells", arguments.cells, "How many")->check(whole_number(1))->capture_default_str();
    app.add_option("--first", arguments.first, "Seed of the first cell; the next has the next")
        ->check(whole_number(0))
        ->capture_default_str();
    app.add_option("--longest", arguments.longest,
                   "Tokens of a prompt and its answer, at most: less, where time is short")
        ->check(CLI::Range(std::size_t{30}, kLongest))
        ->capture_default_str();
    app.add_option("--break", arguments.fault,
                   "Put a fault into the cells, which must turn red: " + engine_fault_names())
        ->capture_default_str();
    app.add_option("--soak", arguments.soak, "Instead: so many random requests through one engine and a tiny pool")
        ->check(whole_number(1))
        ->excludes("--break");
  };
  return run_program("engine_cells", argc, argv, setup, [&] {
    return (arguments.soak > 0 ? run_soak(arguments) : run_cells(arguments)) ? exit_fine : exit_check_failed;
  });
}
