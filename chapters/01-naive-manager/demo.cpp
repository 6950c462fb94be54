// demo_01: the contract. A request's life at the scheduler's desk, under the manager that caches nothing and under the
// radix tree beside it; then what caching nothing costs.
#include "01-naive-manager/demo_steps.hpp"
#include "apps/cli.hpp"
#include "apps/engine_options.hpp"
#include "contract/snapshot.hpp"
#include "ladder.hpp"

namespace radixlab {
namespace {

struct Options {
  std::string model = RADIXLAB_CHECKPOINT, dtype = "auto";
  std::vector<std::string> managers = {"naive", "radix"};
  Demo demo;
};

int run(Options& o) try {
  const std::vector<std::string> managers = built_managers(kLadder, o.managers);
  show_lives(o.demo, kLadder, managers);
  show_recomputing(o.demo, managers, o.model, chosen_type(o.dtype, o.model));
  o.demo.finish();
  return exit_fine;
} catch (const IntegrityError& broken) {
  throw CheckFailed(broken.what());
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options options;
  return radixlab::run_program(
      "demo_01", argc, argv,
      [&](CLI::App& app) {
        app.add_option("--managers", options.managers, "Rows of the ladder, side by side")
            ->delimiter(',')
            ->capture_default_str();
        app.add_option("--model", options.model, "Model directory with documents/ and questions.jsonl")
            ->capture_default_str();
        radixlab::add_dtype_option(app, options.dtype);
        options.demo.add_options(app);
        app.footer("Example: demo_01 --step --managers naive,radix");
      },
      [&] { return radixlab::run(options); });
}
