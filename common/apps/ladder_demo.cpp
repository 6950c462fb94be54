#include "apps/ladder_demo.hpp"

#include <CLI/CLI.hpp>

#include "apps/cli.hpp"
#include "apps/engine_options.hpp"
#include "contract/snapshot.hpp"
#include "ladder.hpp"

namespace radixlab {

DType LadderDemo::type() const { return chosen_type(dtype, model); }

int run_ladder_demo(LadderDemo options, int argc, char** argv, const std::function<void(LadderDemo&)>& show) {
  options.stages = kLadder;
  const auto add_options = [&](CLI::App& app) {
    app.add_option("--managers", options.managers, "Rows of the ladder, side by side")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--model", options.model, "Model directory with documents/ and questions.jsonl")
        ->capture_default_str();
    add_dtype_option(app, options.dtype);
    options.demo.add_options(app, options.tree);
    app.footer(options.footer);
  };
  const auto body = [&] {
    try {
      show(options);
      options.demo.finish();
      return exit_fine;
    } catch (const IntegrityError& broken) {
      throw CheckFailed(broken.what());
    }
  };
  return run_program(options.name, argc, argv, add_options, body);
}

}  // namespace radixlab
