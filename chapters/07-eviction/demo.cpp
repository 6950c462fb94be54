// demo_07: which text goes first. Orders of five texts, the seed's comparison, what no policy may do, a counter that nobody
// counts, what is admitted, hit rates, a policy that knows the future, and one that learns.
#include <CLI/CLI.hpp>

#include "07-eviction/demo_steps.hpp"
#include "apps/cli.hpp"

namespace radixlab {
namespace {

int run(Demo& demo) {
  show_orders(demo);
  show_seed_comparison(demo);
  show_never(demo);
  show_dead_counter(demo);
  show_admission(demo);
  show_clairvoyant(demo, show_hit_rates(demo));
  show_return_rate(demo);
  show_where_others_are_better(demo);
  demo.finish();
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Demo demo;
  return radixlab::run_program(
      "demo_07", argc, argv,
      [&](CLI::App& app) {
        demo.add_options(app, "the five texts");
        app.footer("Example: demo_07 --step");
      },
      [&] { return radixlab::run(demo); });
}
