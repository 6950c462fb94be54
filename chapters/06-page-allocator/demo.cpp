// demo_06: pages that are counted. What goes wrong without counts, the life of a page, a hit that ends inside a page,
// copy-on-write, pages that move while requests run, and what it saves a model.
#include <fmt/format.h>

#include "01-naive-manager/demo_steps.hpp"
#include "06-page-allocator/demo_steps.hpp"
#include "apps/ladder_demo.hpp"

namespace radixlab {
namespace {

constexpr std::size_t kAnswer = 8;  // [tokens] so many that a prompt's last page is full, and cached

void show(LadderDemo& o) {
  show_first_version(o.demo);
  show_life(o.demo);
  show_layers(o.demo);
  show_hit_inside(o.demo);
  show_forks(o.demo);
  show_compaction(o.demo);
  show_recomputing(o.demo, o.stages, built_managers(o.stages, o.managers), o.model, o.type(), kAnswer);
  fmt::print(
      "\n   Each answer of {} tokens is cached behind its prompt, and fills the page where the next question parts.\n"
      "   paged finds what the two share of that page; radix finds whole pages alone.\n",
      kAnswer);
  keep_numbers(o.demo);
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  return radixlab::run_ladder_demo({.name = "demo_06",
                                    .footer = "Example: demo_06 --step --managers naive,radix,paged",
                                    .managers = {"naive", "slots", "radix", "paged"},
                                    .tree = "two texts that part inside a page"},
                                   argc, argv, radixlab::show);
}
