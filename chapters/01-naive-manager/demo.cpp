// demo_01: the contract. A request's life at the scheduler's desk, under the manager that caches nothing and under the
// radix tree beside it; then what caching nothing costs.
#include "01-naive-manager/demo_steps.hpp"
#include "apps/ladder_demo.hpp"

namespace radixlab {
namespace {

void show(LadderDemo& o) {
  const std::vector<std::string> managers = built_managers(o.stages, o.managers);
  show_lives(o.demo, o.stages, managers);
  show_recomputing(o.demo, o.stages, managers, o.model, o.type());
  keep_numbers(o.demo);
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  return radixlab::run_ladder_demo(
      {.name = "demo_01", .footer = "Example: demo_01 --step --managers naive,radix", .managers = {"naive", "radix"}},
      argc, argv, radixlab::show);
}
