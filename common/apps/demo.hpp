/// \file
/// What every chapter's lecture demo shares: numbered steps, a pause between them, figures for a file, pictures.
#pragma once
#include <functional>
#include <string>

#include "apps/cli.hpp"
#include "contract/snapshot.hpp"
#include "io/json.hpp"

namespace radixlab {

class Demo {
 public:
  /// Adds --step (pause between steps), --json FILE (figures), --out DIR (pictures) and --dump-tree FILE. `which` tree the
  /// last writes is said in --help; where there is none ("") the option is refused.
  void add_options(CLI::App& app, const std::string& which);

  /// Prints the title of the next step; with --step waits for Enter first, on a terminal.
  void step(const std::string& title);

  /// Keeps a figure for --json.
  void figure(const std::string& name, Json value) { figures_[name] = std::move(value); }

  /// With --out writes NAME.dot and NAME.svg there, and says so. Throws as render() does.
  void picture(const std::string& name, const std::string& dot) const;

  /// With --dump-tree writes `cache` there, and says so; the first call of a run counts, so that a demo's own tree comes
  /// before that of a step which demos share. Throws as dump_tree() does.
  void tree(const Snapshot& cache, const std::string& title,
            const std::function<std::string(TokenId)>& token_text = nullptr);

  void finish() const;  ///< Writes the figures where --json says. Throws std::logic_error if --dump-tree got none.

 private:
  bool pause_ = false, has_tree_ = false;
  int steps_ = 0;
  std::string json_, out_, dump_tree_;
  Json figures_ = Json::object();
};

}  // namespace radixlab
