/// \file
/// What every chapter's lecture demo shares: numbered steps, a pause between them, figures for a file.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "io/json.hpp"

namespace radixlab {

class Demo {
 public:
  /// Adds --step (pause between steps), --json FILE (figures) and --out DIR (pictures).
  void add_options(CLI::App& app);

  /// Prints the title of the next step; with --step waits for Enter first, on a terminal.
  void step(const std::string& title);

  /// Keeps a figure for --json.
  void figure(const std::string& name, Json value) { figures_[name] = std::move(value); }

  const std::string& pictures() const { return out_; }  ///< empty: none wanted

  void finish() const;  ///< Writes the figures where --json says.

 private:
  bool pause_ = false;
  int steps_ = 0;
  std::string json_, out_;
  Json figures_ = Json::object();
};

}  // namespace radixlab
