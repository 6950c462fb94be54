// A lecture demo of a chapter that has no bodies here: it says which lab is to be done.
#include <stdexcept>

#include "apps/ladder_demo.hpp"

int main(int argc, char** argv) {
  using namespace radixlab;
  const std::string demo = RADIXLAB_DEMO, lab = RADIXLAB_WAITS_FOR;
  return run_ladder_demo({.name = demo, .footer = "Example: " + demo + " --step"}, argc, argv, [&](LadderDemo&) {
    throw std::invalid_argument("what " + demo + " shows is built in lab " + lab + ": when ./lab grade " + lab +
                                " is full, ./lab demo " + lab + " runs on your code");
  });
}
