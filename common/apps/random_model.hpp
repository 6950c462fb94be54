/// \file
/// Llama folders with random weights: models of any shape for tests and for measuring, the same on every machine.
///
/// Each tensor has a stream of its own, seeded by (seed, tensor name), and a weight depends on its place in the tensor
/// alone: order, shards and number type change nothing but the rounding.
///
/// Scales: norms of the residual stream stay near 1. Queries and keys are large, so that attention scores have a
/// standard deviation near 3 and a row of 2,000 puts some hundred times 1/2,000 on its best place: attention that were
/// uniform would hide a wrong page. Norm weights are not 1 for the same reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/model_config.hpp"

namespace radixlab {

struct RandomModel {
  ModelConfig config;  ///< its dtype is that of the weights
  std::uint64_t seed = 0;
  std::size_t shards = 1;  ///< files; above 1 with model.safetensors.index.json
  ConfigStyle style = ConfigStyle::older;
  bool generation_config = false;   ///< the stop tokens in a generation_config.json; config.json names another
  std::filesystem::path tokenizer;  ///< copied in unless empty; must not know more tokens than the model
};

/// "tiny", "15m", "110m", "1b"; nothing for another name.
std::optional<ModelConfig> preset_config(std::string_view name);
std::vector<std::string> preset_names();

/// Writes the folder, which must not exist or be empty. It appears complete, or not at all: InputError says why.
/// `advance` is told the bytes written since its last call.
void write_random_model(const RandomModel& model, const std::filesystem::path& folder,
                        const std::function<void(std::size_t)>& advance);

}  // namespace radixlab
