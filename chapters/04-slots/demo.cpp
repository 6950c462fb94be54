// demo_04: rows that hold whole texts, a trie of tokens that finds them, and what copying costs beside computing.
#include "01-naive-manager/demo_steps.hpp"
#include "04-slots/demo_steps.hpp"
#include "apps/ladder_demo.hpp"

namespace radixlab {
namespace {

void show(LadderDemo& o) {
  show_slots(o.demo);
  show_trie(o.demo);
  show_rows(o.demo, o.stages);
  show_copying(o.demo, o.model, o.type());
  show_recomputing(o.demo, o.stages, built_managers(o.stages, o.managers), o.model, o.type());
  keep_numbers(o.demo);
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  return radixlab::run_ladder_demo({.name = "demo_04",
                                    .footer = "Example: demo_04 --step --managers naive,slots,radix",
                                    .managers = {"naive", "slots", "radix"}},
                                   argc, argv, radixlab::show);
}
