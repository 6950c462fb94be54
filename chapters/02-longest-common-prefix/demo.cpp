// demo_02: the longest common prefix by comparing with all. What a scan costs, how entries share pages, and what that
// saves a model.
#include "01-naive-manager/demo_steps.hpp"
#include "02-longest-common-prefix/demo_steps.hpp"
#include "apps/cli.hpp"
#include "apps/engine_options.hpp"
#include "contract/snapshot.hpp"
#include "ladder.hpp"

namespace radixlab {
namespace {

struct Options {
  std::string model = RADIXLAB_CHECKPOINT, dtype = "auto";
  std::vector<std::string> managers = {"naive", "lcp"};
  Demo demo;
};

// A template, so that what this build has no bodies for is never looked for.
template <bool is_built>
int run(Options& o) {
  if constexpr (!is_built) {
    make_row("lcp", {});  // says its lab
  } else {
    show_scan(o.demo);
    show_shelf(o.demo, kLadder);
    show_recomputing(o.demo, built_managers(kLadder, o.managers), o.model, chosen_type(o.dtype, o.model));
    o.demo.finish();
  }
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options options;
  return radixlab::run_program(
      "demo_02", argc, argv,
      [&](CLI::App& app) {
        app.add_option("--managers", options.managers, "Rows of the ladder that answer the questions")
            ->delimiter(',')
            ->capture_default_str();
        app.add_option("--model", options.model, "Model directory with documents/ and questions.jsonl")
            ->capture_default_str();
        radixlab::add_dtype_option(app, options.dtype);
        options.demo.add_options(app);
        app.footer("Example: demo_02 --step --managers naive,lcp,radix");
      },
      [&] {
        try {
          return radixlab::run<kBuilt02>(options);
        } catch (const radixlab::IntegrityError& broken) {
          throw radixlab::CheckFailed(broken.what());
        }
      });
}
