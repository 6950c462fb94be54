// demo_02: the longest common prefix by comparing with all. What a scan costs, how entries share pages, and what that
// saves a model.
#include "01-naive-manager/demo_steps.hpp"
#include "02-longest-common-prefix/demo_steps.hpp"
#include "apps/ladder_demo.hpp"

namespace radixlab {
namespace {

void show(LadderDemo& o) {
  show_scan(o.demo);
  show_shelf(o.demo, o.stages);
  show_recomputing(o.demo, o.stages, built_managers(o.stages, o.managers), o.model, o.type());
  keep_numbers(o.demo);
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  return radixlab::run_ladder_demo(
      {.name = "demo_02", .footer = "Example: demo_02 --step --managers naive,lcp,radix", .managers = {"naive", "lcp"}},
      argc, argv, radixlab::show);
}
