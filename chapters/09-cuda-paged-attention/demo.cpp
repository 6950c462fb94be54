// demo_09: CUDA kernels without a GPU. What a warp fetches, what each rung of the ladder moves, a race that is caught, sums that may
// not be cut, and the CPU's numbers beside the kernels', bit for bit.
#include <CLI/CLI.hpp>

#include "09-cuda-paged-attention/demo_steps.hpp"
#include "apps/cli.hpp"
#include "apps/engine_options.hpp"

namespace radixlab {
namespace {

struct Options {
  std::string model = RADIXLAB_CHECKPOINT, dtype = "auto";
  Demo demo;
};

int run(Options& o) {
  const DType type = chosen_type(o.dtype, o.model);
  show_fetching(o.demo);
  show_ladder(o.demo);
  show_race(o.demo);
  show_cuts(o.demo);
  show_bits(o.demo);
  show_model(o.demo, o.model, type);
  show_limits(o.demo);
  o.demo.finish();
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options options;
  return radixlab::run_program(
      "demo_09", argc, argv,
      [&](CLI::App& app) {
        app.add_option("--model", options.model, "Model directory")->capture_default_str();
        radixlab::add_dtype_option(app, options.dtype);
        options.demo.add_options(app, "");
        app.footer("Example: demo_09 --step");
      },
      [&] { return radixlab::run(options); });
}
