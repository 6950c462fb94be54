/// \file
/// Chapter 00: a small Llama in plain scalar C++. It answers one request at a time and recomputes everything.
///
/// This is the yardstick of the whole course: every stage must give these logits, bit for bit. So it shares nothing
/// with the stages but the checkpoint reader: no kernel, no page, no cache. Each number is one sum in one order, as
/// docs/numerics.md says; what is read here in an hour is what the fast kernels compute in another order of loops,
/// never in another order of additions. A number in bfloat16 stands here in a float, rounded where the page says so.
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "contract/cache_manager.hpp"
#include "io/model_config.hpp"
#include "io/safetensors.hpp"

namespace radixlab {

class Reference {
 public:
  /// Reads a Hugging Face Llama directory and computes in `type`, DType::f32 or DType::bf16, whatever type the file
  /// has. Throws as the checkpoint reader does, and std::invalid_argument for another type.
  Reference(const std::filesystem::path& directory, DType type);

  /// Logits [n, vocab_size] of every position of `tokens` [n]. O(n (parameters + n)), about 2 ns a multiply-add.
  std::vector<float> logits(std::span<const TokenId> tokens) const;

  const ModelConfig& config() const { return config_; }
  DType type() const { return type_; }

 private:
  using Vector = std::vector<float>;
  struct Matrix {
    std::size_t outputs = 0, inputs = 0;
    Vector values;  // [outputs, inputs]
  };
  struct Layer {
    Vector input_norm, post_attention_norm;
    Matrix q, k, v, o, gate, up, down;
  };
  // What a request remembers of its own past tokens, per layer: this is the KV cache, [tokens so far, kv_heads,
  // head_dim].
  struct KeysAndValues {
    Vector keys, values;
  };

  float rounded(float x) const;
  Vector rounded(Vector x) const;
  Matrix read_matrix(const Checkpoint& checkpoint, const std::string& name, std::size_t outputs,
                     std::size_t inputs) const;
  Vector read_vector(const Checkpoint& checkpoint, const std::string& name, std::size_t size) const;
  float dot(std::span<const float> a, std::span<const float> b) const;
  Vector multiply(const Matrix& w, const Vector& x) const;
  Vector norm(const Vector& x, const Vector& weight) const;
  void rotate(Vector& heads, std::size_t position) const;
  Vector attend(const Vector& q, const KeysAndValues& past) const;
  void layer(const Layer& w, std::size_t position, KeysAndValues& past, Vector& hidden) const;

  ModelConfig config_;
  DType type_;
  Matrix embedding_, lm_head_;
  std::vector<Layer> layers_;
  Vector norm_;
};

}  // namespace radixlab
