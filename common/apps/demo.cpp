#include "apps/demo.hpp"

#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

#include "io/atomic_file.hpp"

namespace radixlab {

void Demo::add_options(CLI::App& app) {
  app.add_flag("--step", pause_, "Waits for Enter between steps");
  app.add_option("--json", json_, "Writes the figures to this file");
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

void Demo::finish() const {
  if (!json_.empty()) write_file(json_, figures_.dump(1) + "\n");
}

}  // namespace radixlab
