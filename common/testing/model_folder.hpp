/// \file
/// For tests: a folder with a small random model, gone when the test is.
#pragma once
#include "apps/random_model.hpp"
#include "testing/temporary_folder.hpp"

namespace radixlab {

class ModelFolder {
 public:
  /// Of the shape `tiny`, or what `change` makes of it. Throws as write_random_model does.
  explicit ModelFolder(const std::function<void(RandomModel&)>& change = [](RandomModel&) {}) {
    RandomModel model{.config = *preset_config("tiny")};
    change(model);
    write_random_model(model, path(), [](std::size_t) {});
  }
  std::filesystem::path path() const { return folder_ / "model"; }

 private:
  TemporaryFolder folder_;
};

}  // namespace radixlab
