// demo_05: the radix tree. Seed 004's example, a split and locks call by call, a manager on a budget, and what pages that
// are shared in place save a model.
#include "01-naive-manager/demo_steps.hpp"
#include "05-radix-tree/demo_steps.hpp"
#include "apps/ladder_demo.hpp"

namespace radixlab {
namespace {

void show(LadderDemo& o) {
  show_example(o.demo);
  show_split(o.demo);
  show_locks(o.demo);
  show_attention(o.demo);
  show_recomputing(o.demo, o.stages, built_managers(o.stages, o.managers), o.model, o.type());
  keep_numbers(o.demo);
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  return radixlab::run_ladder_demo({.name = "demo_05",
                                    .footer = "Example: demo_05 --step --managers naive,slots,radix",
                                    .managers = {"naive", "hash", "slots", "radix"},
                                    .tree = "seed 004's example"},
                                   argc, argv, radixlab::show);
}
