// A lecture demo of a chapter that has no bodies here: it says which lab is to be done, or why none can be.
#include <stdexcept>

#include "apps/ladder_demo.hpp"

int main(int argc, char** argv) {
  using namespace radixlab;
  const std::string demo = RADIXLAB_DEMO, lab = RADIXLAB_WAITS_FOR, left_out = RADIXLAB_LEFT_OUT;
  return run_ladder_demo({.name = demo, .footer = "Example: " + demo + " --step"}, argc, argv, [&](LadderDemo&) {
    const std::string waits = "what " + demo + " shows is built in lab " + lab;
    if (!left_out.empty()) throw std::invalid_argument(waits + ", which this build leaves out: " + left_out);
    throw std::invalid_argument(waits + ": when ./lab grade " + lab + " is full, ./lab demo " + lab +
                                " runs on your code");
  });
}
