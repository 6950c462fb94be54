// demo_12: three look-ups in the manager that counts them.
#include <fmt/format.h>

#include "12-toy/toy_cache_manager.hpp"
#include "apps/ladder_demo.hpp"

namespace radixlab {
namespace {

void show(LadderDemo& o) {
  o.demo.step("Three look-ups, none of which finds anything");
  ToyCacheManager cache;
  const std::vector<TokenId> text = {7, 7, 3};
  std::string dot = "digraph toy {\n";
  for (std::size_t n = 1; n <= text.size(); ++n) {
    cache.match_prefix(std::span(text).first(n));
    dot += fmt::format("  {} -> {};\n", n - 1, n);
  }
  fmt::print("   {} look-ups\n", cache.look_ups());
  o.demo.figure("look_ups", cache.look_ups());
  o.demo.figure("predicted_look_ups", cache.look_ups());
  o.demo.picture("toy", dot + "}\n");
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  return radixlab::run_ladder_demo({.name = "demo_12", .footer = "Example: demo_12 --step", .managers = {"toy"}}, argc,
                                   argv, radixlab::show);
}
