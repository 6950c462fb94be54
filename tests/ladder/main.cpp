// The ladder test: a row of the course's table gives the logits of the row above, bit for bit, in every cell of
// model x type x page size x threads x instruction set x chunk. Row 00 is chapter 00's scalar reference, which every row is held
// against too, on texts that it computes soon: a row and the one above it share kernels, and what is wrong with them.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>

#include "apps/cli.hpp"
#include "axis_counts.hpp"
#include "cells.hpp"
#include "ladder.hpp"
#include "pair_cover.hpp"
#include "testing/temporary_folder.hpp"
#include "verdict.hpp"

namespace radixlab {
namespace {

struct Sweep {
  bool table = false, explain_all = false, is_short = false, pairs = false;
  std::string row = "radix", fault = "none";
  Axes axes;
};

struct Totals {
  std::size_t cells = 0, skipped = 0, left_out = 0, not_chosen = 0, failed = 0, exempt = 0;
  std::size_t rows = 0, referenced = 0, reused = 0, evicted = 0, splits = 0, copies = 0, moved = 0, stale = 0;
  std::size_t red = 0, could_be_red = 0, explained = 0;
  AxisCounts by_axis;

  void add(const Cell& cell, const CellResult& sound, const Compared& compared) {
    ++cells;
    rows += compared.rows;
    referenced += compared.referenced;
    reused += sound.tokens_reused;
    evicted += sound.counts.tokens_evicted;
    splits += sound.counts.splits;
    copies += sound.tokens_copied;
    moved += sound.pages_moved;
    stale += sound.counts.stale;
    by_axis.add(cell, {1, compared.rows, sound.tokens_reused, sound.counts.tokens_evicted});
  }
};

const Stage* find_stage(const std::string& name) {
  const auto found = std::ranges::find_if(kLadder, [&](const Stage& s) { return s.name == name; });
  if (const char* lab = lab_to_do(name)) throw std::invalid_argument("row \"" + name + "\" is built in lab " + lab);
  if (found == kLadder.end() || !found->make)
    throw std::invalid_argument("no row \"" + name + "\" with a manager in the ladder");
  return &*found;
}

const Stage* find_above(const Stage* row) {
  for (const Stage* stage = row; stage != kLadder.data();) {
    if ((--stage)->make) return stage;
  }
  return nullptr;
}

// Runs one cell and prints its line. A fault must turn it red if, and only if, the fault had a chance. A cell that is
// red is run once more, to explain itself: the first one, or all if that is asked for.
void judge(const Cell& cell, const Model& model, const Stage& stage, const Sweep& sweep, RowAbove& above,
           Totals& totals) {
  const Fault fault = parse_fault(sweep.fault);
  const CellResult sound = run_cell(model, cell, stage, Fault::none);
  Compared compared;
  std::string wrong = wrong_in(cell, sound, stage, fault, above, compared);
  std::string verdict = wrong.empty() ? "ok" : wrong;
  Fault seen_with = Fault::none;
  if (fault != Fault::none && wrong.empty()) {
    const Seen seen = look_for(fault, cell, stage, sound, compared, above);
    const bool is_red = !seen.how.empty();
    totals.red += is_red;
    totals.could_be_red += seen.chances > 0;
    if (is_red) seen_with = fault;
    verdict = (is_red ? "red: " + seen.how : "green") + fmt::format(" ({} chances)", seen.chances);
    wrong = seen.wrong;
    if (!wrong.empty()) verdict += ": " + wrong;
  }
  const FaultCounts& c = sound.counts;
  fmt::print("{:<56} rows {:>5} reused {:>5} evicted {:>5} splits {} copies {} stale {}  {}\n", cell.name(),
             compared.rows, sound.tokens_reused, c.tokens_evicted, c.splits, sound.tokens_copied, c.stale, verdict);
  if ((seen_with != Fault::none || !wrong.empty()) && (sweep.explain_all || totals.explained == 0)) {
    fmt::print("{}", run_cell(model, cell, stage, seen_with, true).explanation);
    ++totals.explained;
  }
  totals.failed += !wrong.empty();
  totals.exempt += !caches(stage);
  totals.add(cell, sound, compared);
}

// The cells are of one model and type.
void sweep_model(std::span<const Cell> cells, const Stage& stage, const Sweep& sweep, Totals& totals) {
  const std::string& name = cells.front().model;
  const DType type = cells.front().type;
  const TemporaryFolder folder;
  write_ladder_model(name, folder / name);
  const Model model(folder / name, type);
  const Reference reference(folder / name, type);
  std::vector<Isa> isas = isas_of(type, sweep.axes);
  std::erase_if(isas, [](Isa isa) { return !isa_supported(isa); });
  RowAbove above(model, find_above(&stage), reference, std::ranges::max(isas));
  for (const Cell& cell : cells) judge(cell, model, stage, sweep, above, totals);
}

// Those of the sweep's cells that can run here. Counts the others.
std::vector<Cell> choose_cells(const Sweep& sweep, const Stage& stage, Totals& totals) {
  std::vector<Cell> cells = all_cells(sweep.axes, stage);
  if (sweep.is_short) totals.left_out = std::erase_if(cells, is_slow);
  totals.skipped = std::erase_if(cells, [](const Cell& cell) { return !isa_supported(cell.isa); });
  if (!sweep.pairs) return cells;
  const std::vector<Cell> cover = pair_cover(cells);
  totals.not_chosen = cells.size() - cover.size();
  return cover;
}

// The chapter table as README has it. A row with page sizes is written, if not in this build.
void print_table() {
  fmt::print("| chapter | manager | finds a prefix by | saves | |\n|---|---|---|---|---|\n");
  for (const Stage& s : kLadder) {
    const bool built = s.make || &s == kLadder.data();
    const std::string state = built ? "built" : s.page_sizes.empty() ? "to come" : fmt::format("lab {}", s.chapter);
    fmt::print("| {} | {} | {} | {} | {} |\n", s.chapter, s.name, s.finds_by, s.saves, state);
  }
}

void print_totals(const Totals& t, const Sweep& sweep, const Stage* above) {
  fmt::print("\n{} against {}: {} cells, {} failed, {} skipped{}\n", sweep.row,
             above ? above->name : "the scalar reference", t.cells, t.failed, t.skipped,
             t.skipped ? " (this processor lacks the instruction set)" : "");
  fmt::print(
      "rows compared {}, with the scalar reference {}, tokens reused {}, tokens evicted {}, splits {}, tokens copied "
      "{}, stale look-ups {}\n",
      t.rows, t.referenced, t.reused, t.evicted, t.splits, t.copies, t.stale);
  if (t.moved) fmt::print("pages moved between the steps of running requests {}\n", t.moved);
  if (t.left_out)
    fmt::print("{} cells are left out: scalar loops on pages of 64 tokens or more (--short)\n", t.left_out);
  if (sweep.pairs)
    fmt::print("{} of {} cells are run, in which every pair of values occurs (--pairs)\n", t.cells,
               t.cells + t.not_chosen);
  if (t.exempt) fmt::print("{} cells are exempt from reuse and eviction: {} caches nothing\n", t.exempt, sweep.row);
  if (sweep.fault != "none")
    fmt::print("--break {}: {} cells red, {} had a chance\n", sweep.fault, t.red, t.could_be_red);
  fmt::print("\n{}", t.by_axis.table());
}

int run(const Sweep& sweep) {
  if (sweep.table) {
    print_table();
    return exit_fine;
  }
  Totals t;
  const Stage& stage = *find_stage(sweep.row);
  const std::vector<Cell> cells = choose_cells(sweep, stage, t);
  for (auto first = cells.begin(); first != cells.end();) {
    const auto is_other = [&](const Cell& cell) { return cell.model != first->model || cell.type != first->type; };
    const auto last = std::find_if(first, cells.end(), is_other);
    sweep_model({first, last}, stage, sweep, t);
    first = last;
  }
  print_totals(t, sweep, find_above(&stage));
  if (sweep.fault != "none" && t.could_be_red == 0 && t.exempt == 0) {
    fmt::print(stderr, "ladder: --break {} had no chance in any cell, so it shows nothing\n", sweep.fault);
    return 1;
  }
  const std::size_t expected = expected_cells(sweep.axes, stage);
  if (t.cells + t.skipped + t.left_out + t.not_chosen != expected || t.rows == 0) {
    fmt::print(stderr, "ladder: {} of {} cells ran\n", t.cells, expected);
    return 1;
  }
  return t.failed ? 1 : 0;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Sweep sweep;
  const auto setup = [&](CLI::App& app) {
    app.description("Compares a row of the ladder with the row above it, bit for bit");
    app.footer("Example: ladder --row radix --page-size 16 --break page");
    app.add_flag("--table", sweep.table, "Prints the course's table and does nothing else");
    app.add_option("--row", sweep.row, "Row of the table")->capture_default_str();
    app.add_option("--break", sweep.fault,
                   "Put a fault into the cells, which must turn red: " + radixlab::fault_names())
        ->capture_default_str();
    app.add_flag("--short", sweep.is_short,
                 "Leaves out five of six cells of scalar loops on pages of 64 tokens or more");
    app.add_flag(
        "--pairs", sweep.pairs,
        "For a quick proof: of the cells that the other options leave, runs a few in which every two values of "
        "two axes that occur together still do");
    app.add_flag("--explain", sweep.explain_all, "Every red cell explains its first wrong bit, not only the first one");
    app.add_option("--model", sweep.axes.model_names, "Models, by query heads a KV head")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--page-size", sweep.axes.page_sizes,
                   "Tokens a page; default: 1,8,16,64. Where a page holds a whole text: those of them that the row "
                   "lists, or its first")
        ->delimiter(',');
    app.add_option("--threads", sweep.axes.threads, "Thread counts")->delimiter(',')->capture_default_str();
    app.add_option("--chunk", sweep.axes.chunks, "Prompt tokens a step, 0 for all")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--dtype", sweep.axes.dtypes, "Types that are computed in")
        ->delimiter(',')
        ->check(CLI::IsMember({"float32", "bfloat16"}))
        ->capture_default_str();
    app.add_option("--isa", sweep.axes.isas, "Instruction sets, or best")->delimiter(',')->capture_default_str();
  };
  return radixlab::run_program("ladder", argc, argv, setup, [&] { return radixlab::run(sweep); });
}
