// demo_04: rows that hold whole texts, a trie of tokens that finds them, and what copying costs beside computing.
#include "01-naive-manager/demo_steps.hpp"
#include "04-slots/demo_steps.hpp"
#include "apps/cli.hpp"
#include "apps/engine_options.hpp"
#include "contract/snapshot.hpp"
#include "ladder.hpp"

namespace radixlab {
namespace {

struct Options {
  std::string model = RADIXLAB_CHECKPOINT, dtype = "auto";
  std::vector<std::string> managers = {"naive", "slots", "radix"};
  Demo demo;
};

// A template, so that what this build has no bodies for is never looked for.
template <bool is_built>
int run(Options& o) {
  if constexpr (!is_built) {
    make_row("slots", {});  // says its lab
  } else {
    const DType type = chosen_type(o.dtype, o.model);
    show_slots(o.demo);
    show_trie(o.demo);
    show_rows(o.demo, kLadder);
    show_copying(o.demo, o.model, type);
    show_recomputing(o.demo, built_managers(kLadder, o.managers), o.model, type);
    o.demo.finish();
  }
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options options;
  return radixlab::run_program(
      "demo_04", argc, argv,
      [&](CLI::App& app) {
        app.add_option("--managers", options.managers, "Rows of the ladder that answer the questions")
            ->delimiter(',')
            ->capture_default_str();
        app.add_option("--model", options.model, "Model directory with documents/ and questions.jsonl")
            ->capture_default_str();
        radixlab::add_dtype_option(app, options.dtype);
        options.demo.add_options(app);
        app.footer("Example: demo_04 --step --managers naive,slots,radix");
      },
      [&] {
        try {
          return radixlab::run<kBuilt04>(options);
        } catch (const radixlab::IntegrityError& broken) {
          throw radixlab::CheckFailed(broken.what());
        }
      });
}
