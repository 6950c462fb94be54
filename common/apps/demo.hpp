/// \file
/// What every chapter's lecture demo shares: numbered steps, a pause between them, figures for a file, pictures.
#pragma once
#include <string>

#include "apps/cli.hpp"
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

  /// With --out writes NAME.dot and NAME.svg there, and says so. Throws as render() does.
  void picture(const std::string& name, const std::string& dot) const;

  void finish() const;  ///< Writes the figures where --json says.

 private:
  bool pause_ = false;
  int steps_ = 0;
  std::string json_, out_;
  Json figures_ = Json::object();
};

}  // namespace radixlab
