// demo_08: many requests in one step. What is found is not computed, the three parts by hand, a batch as a time line, softmax
// in one pass, and that no bit changes.
#include "01-naive-manager/demo_steps.hpp"
#include "08-engine/demo_steps.hpp"
#include "apps/ladder_demo.hpp"

namespace radixlab {
namespace {

void show(LadderDemo& o) {
  const std::vector<std::string> managers = built_managers(o.stages, o.managers);
  DemoModel model(o.stages, o.model, o.type());
  show_two_requests(o.demo, model);
  show_one_step(o.demo, model);
  show_batching(o.demo, model);
  show_softmax(o.demo, model);
  show_eight_questions(o.demo, model, managers);
  keep_numbers(o.demo, model);
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  return radixlab::run_ladder_demo({.name = "demo_08",
                                    .footer = "Example: demo_08 --step --managers naive,paged,engine",
                                    .managers = {"naive", "paged", "engine"},
                                    .tree = "the cache after eight questions in one batch"},
                                   argc, argv, radixlab::show);
}
