/// \file
/// The tensors of a Llama under Hugging Face's names: what a checkpoint must have, and all that it may have.
#pragma once
#include <filesystem>
#include <vector>

#include "io/model_config.hpp"
#include "io/safetensors.hpp"
#include "io/safetensors_writer.hpp"

namespace radixlab {

/// In the order of the forward pass.
std::vector<TensorInfo> llama_tensors(const ModelConfig& config, DType dtype);

/// The weights of `folder`: each that the forward pass reads is there, in a type and of the shape that it expects. None is
/// passed over: a tensor that the forward pass does not read, such as a bias, a norm of queries or a layer beyond
/// num_hidden_layers, would change the numbers. Rotary tables are known to be harmless, and so is an lm_head.weight that is
/// the embedding once more where config.json ties the two. Throws InputError as Checkpoint does, and for any other tensor,
/// by name. O(tensors), and the bytes of such an lm_head.
Checkpoint llama_checkpoint(const std::filesystem::path& folder, const ModelConfig& config);

}  // namespace radixlab
