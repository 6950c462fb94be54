/// \file
/// The weights of a small Llama, read from a Hugging Face directory and laid out for the kernels.
#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "contract/cache_manager.hpp"
#include "io/model_config.hpp"
#include "io/safetensors.hpp"
#include "kernels/cpu/packed_matrix.hpp"
#include "llm/compute_type.hpp"

namespace radixlab {

/// One layer in type T. Matrices are [outputs, inputs] as in the checkpoint, packed in panels on huge pages. Norm
/// weights are rounded to T like all others and kept as float, which the kernel takes.
template <class T>
struct LayerWeights {
  std::vector<float> input_norm, post_attention_norm;  ///< [hidden_size]
  PackedMatrix<T> q, k, v, o;      ///< [heads * head_dim, hidden], [kv_heads * head_dim, hidden] x 2, ...
  PackedMatrix<T> gate, up, down;  ///< [intermediate, hidden] x 2, [hidden, intermediate]
};

/// All weights but the embedding table, of which only rows are read.
template <class T>
struct Weights {
  std::vector<LayerWeights<T>> layers;
  std::vector<float> norm;  ///< [hidden_size], before the head
  PackedMatrix<T> lm_head;  ///< [vocab_size, hidden_size]
};

/// Throws std::invalid_argument for an id beyond the vocabulary.
void check_token(const ModelConfig& config, TokenId token);

/// A checkpoint in memory, in the type that it computes in. Immutable after loading; share it freely among threads.
class Model {
 public:
  /// Reads config.json and the safetensors of `directory`; `type` is DType::f32 or DType::bf16, and each weight is
  /// widened or rounded to it once. Throws a one-line std::runtime_error that names the file, the key or tensor, and
  /// what was expected.
  Model(const std::filesystem::path& directory, DType type);

  const ModelConfig& config() const { return config_; }
  DType type() const { return type_; }
  /// Throws std::bad_variant_access if T is not type().
  template <class T>
  const Weights<T>& weights() const {
    return std::get<Weights<T>>(weights_);
  }
  void check_token(TokenId token) const { radixlab::check_token(config_, token); }
  /// The first number that is not finite among the tensors whose names begin with `prefix`, in the type that is computed
  /// in: "model.norm.weight [17] is NaN". Nothing if all are finite. O(their elements).
  std::optional<std::string> broken_weight(std::string_view prefix) const;
  void embed(TokenId token, std::span<float> out) const;  ///< out [hidden_size], widened and not yet rounded to type()

 private:
  template <class T>
  Weights<T> read_weights() const;
  template <class T>
  std::vector<float> read_vector(const std::string& name, std::size_t size) const;
  template <class T>
  PackedMatrix<T> read_matrix(const std::string& name, std::size_t outputs, std::size_t inputs) const;

  ModelConfig config_;
  DType type_;
  Checkpoint checkpoint_;  // stays mapped: rows of the embedding table are read when they are asked for
  const TensorView* embedding_ = nullptr;
  std::variant<Weights<float>, Weights<BFloat16>> weights_;
};

}  // namespace radixlab
