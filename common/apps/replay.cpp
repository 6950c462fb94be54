// replay: a trace on a cache manager, without a model: how much of it was cached, what was evicted, and how long that took.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fstream>
#include <iostream>

#include "apps/cli.hpp"
#include "apps/progress.hpp"
#include "contract/snapshot.hpp"
#include "io/atomic_file.hpp"
#include "replay/generators.hpp"
#include "replay/report.hpp"
#include "replay/sweep.hpp"
#include "replay/trace_reader.hpp"
#include "replay/trace_writer.hpp"
#include "visualize/dump_tree.hpp"
#include "visualize/render.hpp"

namespace radixlab {
namespace {

struct Options {
  ReplayOptions replay;
  std::string trace = "-", generate, write, format = "table", per_request, dump_tree, unit = "leaf", admission = "all",
              capacity, plot;
  std::optional<std::uint64_t> seed;
  std::optional<std::size_t> requests;
  bool list = false, compare = false;
};

void add_options(CLI::App& app, Options& o) {
  app.description("Replays a trace on a cache manager, without a model: what was cached, what was evicted, the time.");
  app.add_option("--trace", o.trace, "JSON lines; - is standard input")->capture_default_str();
  app.add_option("--generate", o.generate, "Makes this workload instead of reading a trace");
  app.add_option("--seed", o.seed, "Of the workload; default: its own")->check(whole_number(0));
  app.add_option("--write", o.write, "Keeps the workload in this file, as a trace");
  app.add_option("--requests", o.requests, "Only the first so many")->check(whole_number(1));
  app.add_flag("--generators", o.list, "Lists the workloads, with what a cache that never forgets finds, and ends");
  app.add_option("--manager", o.replay.manager, "A row of the ladder")->capture_default_str();
  app.add_option("--policy", o.replay.policy,
                 "Which leaf goes first: a policy of chapter 07, or clairvoyant, which reads the trace twice");
  app.add_option("--unit", o.unit, "What goes of a leaf: the whole, or its tail; clairvoyant evicts page by page")
      ->check(CLI::IsMember({"leaf", "tail"}))
      ->capture_default_str();
  app.add_option("--admission", o.admission, "What is cached: all, or what chapter 07 finds worth it")
      ->check(CLI::IsMember({"all", "adaptive"}))
      ->capture_default_str();
  app.add_option("--page-size", o.replay.page_size, "Tokens a page; default: the trace's, or 16")
      ->check(CLI::Range(1, 1 << 24));
  app.add_option(
      "--capacity", o.capacity,
      "Tokens that may be cached, 0: unbounded; or a share of the trace's distinct tokens, as in 25%; default: "
      "the trace's");
  app.add_option("--format", o.format, "Of the summary")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  app.add_option("--per-request", o.per_request, "Writes {\"id\",\"prompt\",\"cached\"} a line to this file");
  app.add_flag("--compare", o.compare, "Runs every manager that is built instead, with each of its policies");
  app.add_option(
      "--plot", o.plot,
      "Runs every policy at eight capacities instead, and draws the hit rates to this file: .svg, .png or .dot");
  app.add_option("--dump-tree", o.dump_tree,
                 "Writes the tree of what is cached at the end; FILE ends in .dot, .svg, .png or .txt")
      ->type_name("FILE");
  app.add_flag("--check", o.replay.check, "Checks every rule of the manager after each request; slow");
  app.footer("Example: replay --generate f --policy slru --capacity 25%");
}

Trace choose_trace(const Options& o) {
  const auto beginning = [&](Trace trace) {
    return o.requests ? first_requests(std::move(trace), *o.requests) : trace;
  };
  if (o.generate.empty()) {
    if (o.seed || !o.write.empty()) throw InputError("--seed and --write are for a workload; expected --generate NAME");
    return beginning(o.trace == "-" ? trace_stream(std::cin, "standard input") : trace_file(o.trace));
  }
  if (o.trace != "-") throw InputError("either --trace or --generate");
  Trace trace = beginning(generate_trace(o.generate, o.seed));
  if (!o.write.empty()) write_trace(trace, o.write);
  return trace;
}

void list_generators() {
  fmt::print("{:<22}{:>9}{:>13}{:>10}   {}\n", "workload", "requests", "tokens", "infinite", "what it is");
  for (const Generator& each : generators()) {
    const ReplaySummary all = replay(each.make({}), {.manager = "radix", .capacity = Capacity{}});
    fmt::print("{:<22}{:>9}{:>13}{:>8.1f} %   {}\n", each.name, grouped(all.total.requests),
               grouped(all.total.prompt_tokens),
               100.0 * static_cast<double>(all.total.cached_tokens) / static_cast<double>(all.total.prompt_tokens),
               each.words);
  }
}

/// Told before the work, not after.
void check_files(const Options& o) {
  for (const std::string& file : {o.write, o.per_request, o.plot})
    if (!file.empty()) check_output_file(file);
  if (!o.dump_tree.empty()) check_tree_file(o.dump_tree);
  if (o.compare && (!o.plot.empty() || !o.replay.policy.empty() || !o.per_request.empty() || !o.dump_tree.empty()))
    throw InputError(
        "--compare runs every manager and policy; expected no --plot, --policy, --per-request, --dump-tree");
  if (o.plot.empty()) return;
  if (!o.replay.policy.empty() || !o.capacity.empty() || !o.per_request.empty() || !o.dump_tree.empty() ||
      o.replay.check)
    throw InputError(
        "--plot runs every policy at every capacity; expected no --policy, --capacity, --per-request, --dump-tree, "
        "--check");
  const std::string ending = std::filesystem::path(o.plot).extension().string();
  if (ending != ".svg" && ending != ".png" && ending != ".dot")
    throw InputError(o.plot + ": no kind of picture; expected the ending .svg, .png or .dot");
  if (ending != ".dot" && !can_render())
    throw InputError(o.plot + ": the program dot was not found: install the package graphviz, or choose .dot");
}

int compare(const Trace& trace, const Options& o) {
  std::optional<Progress> progress;
  std::size_t done = 0;
  const auto all = compare_managers(trace, o.replay, [&](const ReplaySummary&, std::size_t runs) {
    if (!progress) progress.emplace("runs", runs);
    progress->advance_to(++done);
  });
  progress.reset();
  Json json = Json::array();
  for (const ReplaySummary& each : all) json.push_back(to_json(each));
  fmt::print("{}", o.format == "json" ? json.dump(1) + "\n" : comparison_table(all));
  return exit_fine;
}

int plot(const Trace& trace, const Options& o) {
  std::optional<Progress> progress;
  const Sweep rates = sweep(trace, o.replay, kUsualPercents, [&](std::size_t done, std::size_t runs) {
    if (!progress) progress.emplace("runs", runs);
    progress->advance_to(done);
  });
  progress.reset();
  const std::string what = o.generate.empty() ? std::filesystem::path(o.trace).filename().string() : o.generate;
  render(to_dot_plot(hit_rate_plot(rates, "Hit rate against capacity: " + what)), o.plot);
  fmt::print("{}",
             o.format == "json" ? to_json(rates).dump(1) + "\n" : sweep_table(rates) + "picture: " + o.plot + "\n");
  return exit_fine;
}

/// The run that was asked for, with whom it concerns told.
ReplaySummary run_once(const Trace& trace, const Options& o) {
  std::optional<AtomicFile> lines;
  ReplayWatch watch;
  if (!o.per_request.empty()) {
    lines.emplace(o.per_request);
    watch.request = [&](const TraceOp& op, std::size_t cached) {
      lines->write(fmt::format("{{\"id\":{},\"prompt\":{},\"cached\":{}}}\n", op.id, op.prompt, cached));
    };
  }
  std::optional<Progress> progress;
  watch.progress = [&](std::uint64_t done, std::uint64_t total) {
    if (total == 0) return;
    if (!progress) progress.emplace(o.replay.manager, total);
    progress->advance_to(done);
  };
  if (!o.dump_tree.empty())
    watch.at_end = [&](const BaseCacheManager& manager) {
      dump_tree(manager.snapshot(), o.dump_tree, {.title = o.replay.manager + ": what is cached at the end"});
    };
  ReplaySummary summary = replay(trace, o.replay, watch);
  if (lines) lines->commit();
  return summary;
}

int run(Options& o) {
  if (o.list) return list_generators(), exit_fine;
  check_files(o);
  o.replay.tail = o.unit == "tail";
  o.replay.admission = o.admission == "adaptive" ? Admission::adaptive : Admission::all;
  if (!o.capacity.empty()) o.replay.capacity = read_capacity(o.capacity);
  const Trace trace = choose_trace(o);
  if (!o.plot.empty()) return plot(trace, o);
  try {
    if (o.compare) return compare(trace, o);
    const ReplaySummary summary = run_once(trace, o);
    fmt::print("{}", o.format == "json" ? to_json(summary).dump(1) + "\n" : replay_table(summary));
  } catch (const IntegrityError& broken) {
    throw CheckFailed(broken.what());
  }
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options options;
  return radixlab::run_program(
      "replay", argc, argv, [&](CLI::App& app) { radixlab::add_options(app, options); },
      [&] { return radixlab::run(options); });
}
