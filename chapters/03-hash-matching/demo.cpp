// demo_03: hash matching. Seed 004's benchmark, blocks and their hashes, what collisions and tenants do to them, and what
// blocks save a model.
#include "01-naive-manager/demo_steps.hpp"
#include "03-hash-matching/demo_steps.hpp"
#include "apps/cli.hpp"
#include "apps/engine_options.hpp"
#include "contract/snapshot.hpp"
#include "ladder.hpp"

namespace radixlab {
namespace {

struct Options {
  std::string model = RADIXLAB_CHECKPOINT, dtype = "auto";
  std::vector<std::string> managers = {"naive", "lcp", "hash"};
  Demo demo;
};

// A template, so that what this build has no bodies for is never looked for.
template <bool is_built>
int run(Options& o) {
  if constexpr (!is_built) {
    make_row(kBuilt03 ? "lcp" : "hash", {});  // says its lab
  } else {
    show_matching(o.demo);
    show_blocks(o.demo);
    show_collisions(o.demo);
    show_tenants(o.demo);
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
      "demo_03", argc, argv,
      [&](CLI::App& app) {
        app.add_option("--managers", options.managers, "Rows of the ladder that answer the questions")
            ->delimiter(',')
            ->capture_default_str();
        app.add_option("--model", options.model, "Model directory with documents/ and questions.jsonl")
            ->capture_default_str();
        radixlab::add_dtype_option(app, options.dtype);
        options.demo.add_options(app);
        app.footer("Example: demo_03 --step --managers naive,hash,radix");
      },
      [&] {
        try {
          return radixlab::run < kBuilt02 && kBuilt03 > (options);
        } catch (const radixlab::IntegrityError& broken) {
          throw radixlab::CheckFailed(broken.what());
        }
      });
}
