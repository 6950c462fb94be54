#include "llm/model.hpp"

#include <stdexcept>
#include <string>

namespace radixlab {

Model::Model(const std::filesystem::path& directory) : config_(read_model_config(directory)), checkpoint_(directory) {
  const ModelConfig& c = config_;
  const std::size_t hidden = c.hidden_size, inner = c.intermediate_size;
  const std::size_t q_size = c.query_size(), kv_size = c.kv_size();

  embedding_ = &checkpoint_.at("model.embed_tokens.weight", {c.vocab_size, hidden});
  for (std::size_t i = 0; i < c.num_hidden_layers; ++i) {
    const std::string at = "model.layers." + std::to_string(i) + ".";
    layers_.push_back({read_vector(at + "input_layernorm.weight", hidden),
                       read_vector(at + "post_attention_layernorm.weight", hidden),
                       read_matrix(at + "self_attn.q_proj.weight", q_size, hidden),
                       read_matrix(at + "self_attn.k_proj.weight", kv_size, hidden),
                       read_matrix(at + "self_attn.v_proj.weight", kv_size, hidden),
                       read_matrix(at + "self_attn.o_proj.weight", hidden, q_size),
                       read_matrix(at + "mlp.gate_proj.weight", inner, hidden),
                       read_matrix(at + "mlp.up_proj.weight", inner, hidden),
                       read_matrix(at + "mlp.down_proj.weight", hidden, inner)});
  }
  norm_ = read_vector("model.norm.weight", hidden);
  lm_head_ = read_matrix(c.tie_word_embeddings ? "model.embed_tokens.weight" : "lm_head.weight", c.vocab_size, hidden);
}

void Model::check_token(TokenId token) const {
  if (token < 0 || static_cast<std::size_t>(token) >= config_.vocab_size) {
    throw std::invalid_argument("token id " + std::to_string(token) + " is not in the vocabulary of " +
                                std::to_string(config_.vocab_size) + " tokens");
  }
}

void Model::embed(TokenId token, std::span<float> out) const {
  check_token(token);
  widen(*embedding_, static_cast<std::size_t>(token) * config_.hidden_size, out);
}

std::vector<float> Model::read_vector(const std::string& name, std::size_t size) const {
  std::vector<float> values(size);
  widen(checkpoint_.at(name, {size}), 0, values);
  return values;
}

PackedMatrix<float> Model::read_matrix(const std::string& name, std::size_t outputs, std::size_t inputs) const {
  const TensorView& tensor = checkpoint_.at(name, {outputs, inputs});
  PackedMatrix<float> matrix(outputs, inputs);
  std::vector<float> row(inputs);
  for (std::size_t n = 0; n < outputs; ++n) {
    widen(tensor, n * inputs, row);
    matrix.set_row(n, row);
  }
  return matrix;
}

}  // namespace radixlab
