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
#include "replay/trace_reader.hpp"
#include "replay/trace_writer.hpp"
#include "visualize/dump_tree.hpp"

namespace radixlab {
namespace {

struct Options {
  ReplayOptions replay;
  std::string trace = "-", generate, write, format = "table", per_request, dump_tree, unit = "leaf", admission = "all",
              capacity;
  std::optional<std::uint64_t> seed;
  bool list = false;
};

void add_options(CLI::App& app, Options& o) {
  app.description("Replays a trace on a cache manager, without a model: what was cached, what was evicted, the time.");
  app.add_option("--trace", o.trace, "JSON lines; - is standard input")->capture_default_str();
  app.add_option("--generate", o.generate, "Makes this workload instead of reading a trace");
  app.add_option("--seed", o.seed, "Of the workload; default: its own")->check(whole_number(0));
  app.add_option("--write", o.write, "Keeps the workload in this file, as a trace");
  app.add_flag("--generators", o.list, "Lists the workloads, with what a cache that never forgets finds, and ends");
  app.add_option("--manager", o.replay.manager, "A row of the ladder")->capture_default_str();
  app.add_option("--policy", o.replay.policy,
                 "Which leaf goes first: a policy of chapter 07, or clairvoyant, which reads the trace twice");
  app.add_option("--unit", o.unit, "What goes of a leaf: the whole, or its tail")
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
  app.add_option("--dump-tree", o.dump_tree,
                 "Writes the tree of what is cached at the end; FILE ends in .dot, .svg, .png or .txt")
      ->type_name("FILE");
  app.add_flag("--check", o.replay.check, "Checks every rule of the manager after each request; slow");
  app.footer("Example: replay --generate f --policy slru --capacity 25%");
}

Trace choose_trace(const Options& o) {
  if (o.generate.empty()) {
    if (o.seed || !o.write.empty()) throw InputError("--seed and --write are for a workload; expected --generate NAME");
    return o.trace == "-" ? trace_stream(std::cin, "standard input") : trace_file(o.trace);
  }
  if (o.trace != "-") throw InputError("either --trace or --generate");
  Trace trace = generate_trace(o.generate, o.seed);
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

int run(Options& o) {
  if (o.list) return list_generators(), exit_fine;
  for (const std::string& file : {o.write, o.per_request})
    if (!file.empty()) check_output_file(file);
  if (!o.dump_tree.empty()) check_tree_file(o.dump_tree);
  o.replay.tail = o.unit == "tail";
  o.replay.admission = o.admission == "adaptive" ? Admission::adaptive : Admission::all;
  if (!o.capacity.empty()) o.replay.capacity = read_capacity(o.capacity);
  const Trace trace = choose_trace(o);

  std::optional<AtomicFile> lines;
  if (!o.per_request.empty()) lines.emplace(o.per_request);
  ReplayWatch watch;
  if (lines)
    watch.request = [&](const TraceOp& op, std::size_t cached) {
      lines->write(fmt::format("{{\"id\":{},\"prompt\":{},\"cached\":{}}}\n", op.id, op.prompt, cached));
    };
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
  const ReplaySummary summary = [&] {
    try {
      return replay(trace, o.replay, watch);
    } catch (const IntegrityError& broken) {
      throw CheckFailed(broken.what());
    }
  }();
  progress.reset();
  if (lines) lines->commit();
  fmt::print("{}", o.format == "json" ? to_json(summary).dump(1) + "\n" : replay_table(summary));
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
