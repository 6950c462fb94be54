/// \file
/// For tests: a folder with a small random model, gone when the test is.
#pragma once
#include <cstring>

#include "apps/random_model.hpp"
#include "io/atomic_file.hpp"
#include "io/safetensors.hpp"
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

  /// Overwrites element `index` of a tensor of model.safetensors, rounded to the tensor's type, float32 or bfloat16, and
  /// returns what was there. A model that has been read keeps its numbers.
  float set_weight(std::string_view tensor, std::size_t index, float number) const {
    const auto file = path() / "model.safetensors";
    std::string bytes(MappedFile(file).text());
    const SafetensorsFile view(std::as_bytes(std::span(bytes)), file);
    const TensorView& found = view.at(tensor);
    char* const at = bytes.data() + (reinterpret_cast<const char*>(found.bytes.data()) - bytes.data()) +
                     index * dtype_size(found.dtype);
    float before = 0;
    widen(found, index, {&before, 1});
    const std::uint16_t half = f32_to_bf16(number);
    if (found.dtype == DType::bf16)
      std::memcpy(at, &half, sizeof half);
    else
      std::memcpy(at, &number, sizeof number);
    write_file(file, bytes);
    return before;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace radixlab
