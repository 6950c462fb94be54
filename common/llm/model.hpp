/// \file
/// The weights of a small Llama, read from a Hugging Face directory and laid out for the kernels.
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "contract/cache_manager.hpp"
#include "io/model_config.hpp"
#include "io/safetensors.hpp"
#include "kernels/cpu/packed_matrix.hpp"

namespace radixlab {

/// One layer. Matrices are [outputs, inputs] as in the checkpoint, packed in panels on huge pages.
struct LayerWeights {
  std::vector<float> input_norm, post_attention_norm;  ///< [hidden_size]
  PackedMatrix<float> q, k, v, o;      ///< [heads * head_dim, hidden], [kv_heads * head_dim, hidden] x 2, ...
  PackedMatrix<float> gate, up, down;  ///< [intermediate, hidden] x 2, [hidden, intermediate]
};

/// A checkpoint in memory: float32 whatever type the file has. Immutable after loading; share it freely among threads.
class Model {
 public:
  /// Reads config.json and the safetensors of `directory`. Throws a one-line std::runtime_error that names the file,
  /// the key or tensor, and what was expected.
  explicit Model(const std::filesystem::path& directory);

  const ModelConfig& config() const { return config_; }
  const LayerWeights& layer(std::size_t index) const { return layers_[index]; }
  const std::vector<float>& norm() const { return norm_; }         ///< [hidden_size], before the head
  const PackedMatrix<float>& lm_head() const { return lm_head_; }  ///< [vocab_size, hidden_size]
  void check_token(TokenId token) const;  ///< throws std::invalid_argument for an id beyond the vocabulary
  void embed(TokenId token, std::span<float> out) const;  ///< out [hidden_size]

 private:
  std::vector<float> read_vector(const std::string& name, std::size_t size) const;
  PackedMatrix<float> read_matrix(const std::string& name, std::size_t outputs, std::size_t inputs) const;

  ModelConfig config_;
  Checkpoint checkpoint_;  // stays mapped: rows of the embedding table are widened when they are asked for
  const TensorView* embedding_ = nullptr;
  std::vector<LayerWeights> layers_;
  std::vector<float> norm_;
  PackedMatrix<float> lm_head_;
};

}  // namespace radixlab
