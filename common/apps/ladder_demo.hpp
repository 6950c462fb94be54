/// \file
/// The main that the lecture demos of the ladder's chapters share.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "01-naive-manager/factory.hpp"
#include "apps/demo.hpp"
#include "io/dtype.hpp"

namespace radixlab {

struct LadderDemo {
  std::string name, footer;           ///< of the program, and of its help
  std::vector<std::string> managers;  ///< rows of the ladder, side by side: --managers
  std::string model = RADIXLAB_CHECKPOINT, dtype = "auto";
  std::string tree = "what the last of the managers has cached after the questions";  ///< of --dump-tree
  Demo demo;
  std::span<const Stage> stages;  ///< the ladder's rows

  DType type() const;  ///< to compute in; throws as chosen_type does
};

/// Reads the options, then calls `show`. A broken rule that it throws (IntegrityError) is a check that failed: exit code 1.
int run_ladder_demo(LadderDemo options, int argc, char** argv, const std::function<void(LadderDemo&)>& show);

}  // namespace radixlab
