// demo_03: hash matching. Seed 004's benchmark, blocks and their hashes, what collisions and tenants do to them, and what
// blocks save a model.
#include "01-naive-manager/demo_steps.hpp"
#include "03-hash-matching/demo_steps.hpp"
#include "apps/ladder_demo.hpp"

namespace radixlab {
namespace {

void show(LadderDemo& o) {
  show_matching(o.demo);
  show_blocks(o.demo);
  show_collisions(o.demo);
  show_tenants(o.demo);
  show_recomputing(o.demo, o.stages, built_managers(o.stages, o.managers), o.model, o.type());
  keep_numbers(o.demo);
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  using namespace radixlab;
  return run_ladder_demo({.name = "demo_03",
                          .footer = "Example: demo_03 --step --managers naive,hash,radix",
                          .managers = {"naive", "lcp", "hash"}},
                         argc, argv, show);
}
