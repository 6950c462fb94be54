#include "apps/demo.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

#include "apps/cli.hpp"
#include "io/atomic_file.hpp"
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

void Demo::add_options(CLI::App& app) {
  app.add_flag("--step", pause_, "Waits for Enter between steps");
  app.add_option("--json", json_, "Writes the figures to this file")->check(trouble_with);
  app.add_option("--out", out_, "Folder for the pictures");
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

void Demo::finish() const {
  if (!json_.empty()) write_file(json_, figures_.dump(1) + "\n");
}

}  // namespace radixlab
