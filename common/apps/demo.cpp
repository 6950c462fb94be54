#include "apps/demo.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <stdexcept>
#include <unistd.h>
#include <utility>

#include "apps/cli.hpp"
#include "apps/engine_options.hpp"
#include "io/atomic_file.hpp"
#include "visualize/dump_tree.hpp"
#include "visualize/render.hpp"

namespace radixlab {
namespace {

// Told before the work, not after.
std::string trouble_with(const std::string& output_file) try {
  check_output_file(output_file);
  return "";
} catch (const InputError& error) {
  return error.what();
}

}  // namespace

void Demo::add_options(CLI::App& app, const std::string& which) {
  app.add_flag("--step", pause_, "Waits for Enter between steps");
  app.add_option("--json", json_, "Writes the figures to this file")->check(trouble_with);
  app.add_option("--out", out_, "Folder for the pictures");
  if (!which.empty()) return add_dump_tree_option(app, dump_tree_, which);
  app.add_option("--dump-tree", dump_tree_, "Not here: this demo caches nothing, so it has no tree")
      ->type_name("FILE")
      ->check(CLI::Validator(
          [](const std::string&) { return "this demo caches nothing, so it has no tree; demo_01 and later ones have"; },
          ""));
}

void Demo::step(const std::string& title) {
  if (pause_ && steps_ > 0 && isatty(STDIN_FILENO) != 0) {
    fmt::print("\n[Enter] ");
    std::fflush(stdout);
    std::string line;
    std::getline(std::cin, line);
  }
  fmt::print("\n{}. {}\n\n", ++steps_, title);
}

void Demo::picture(const std::string& name, const std::string& dot) const {
  if (out_.empty()) return;
  std::filesystem::create_directories(out_);
  const std::filesystem::path file = std::filesystem::path(out_) / name;
  render(dot, file.string() + ".dot");
  render(dot, file.string() + ".svg");
  fmt::print("   picture: {}.svg\n", file.string());
}

void Demo::tree(const Snapshot& cache, const std::string& title,
                const std::function<std::string(TokenId)>& token_text) {
  if (dump_tree_.empty() || std::exchange(has_tree_, true)) return;
  dump_tree(cache, dump_tree_, {.token_text = token_text, .title = title});
  fmt::print("\n   tree: {}\n", dump_tree_);
}

void Demo::finish() const {
  if (!dump_tree_.empty() && !has_tree_) throw std::logic_error("--dump-tree: this demo has shown no tree");
  if (!json_.empty()) write_file(json_, figures_.dump(1) + "\n");
}

}  // namespace radixlab
