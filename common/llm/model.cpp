#include "llm/model.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "io/llama_tensors.hpp"

namespace radixlab {

Model::Model(const std::filesystem::path& directory, DType type)
    : config_(read_model_config(directory)), type_(type), checkpoint_(llama_checkpoint(directory, config_)) {
  embedding_ = &checkpoint_.at("model.embed_tokens.weight", {config_.vocab_size, config_.hidden_size});
  in_type(type, [&]<class T>() { weights_ = read_weights<T>(); });
}

template <class T>
Weights<T> Model::read_weights() const {
  const ModelConfig& c = config_;
  const std::size_t hidden = c.hidden_size, inner = c.intermediate_size;
  const std::size_t q_size = c.query_size(), kv_size = c.kv_size();
  Weights<T> weights;
  for (std::size_t i = 0; i < c.num_hidden_layers; ++i) {
    const std::string at = "model.layers." + std::to_string(i) + ".";
    weights.layers.push_back({read_vector<T>(at + "input_layernorm.weight", hidden),
                              read_vector<T>(at + "post_attention_layernorm.weight", hidden),
                              read_matrix<T>(at + "self_attn.q_proj.weight", q_size, hidden),
                              read_matrix<T>(at + "self_attn.k_proj.weight", kv_size, hidden),
                              read_matrix<T>(at + "self_attn.v_proj.weight", kv_size, hidden),
                              read_matrix<T>(at + "self_attn.o_proj.weight", hidden, q_size),
                              read_matrix<T>(at + "mlp.gate_proj.weight", inner, hidden),
                              read_matrix<T>(at + "mlp.up_proj.weight", inner, hidden),
                              read_matrix<T>(at + "mlp.down_proj.weight", hidden, inner)});
  }
  weights.norm = read_vector<T>("model.norm.weight", hidden);
  weights.lm_head =
      read_matrix<T>(c.tie_word_embeddings ? "model.embed_tokens.weight" : "lm_head.weight", c.vocab_size, hidden);
  return weights;
}

void check_token(const ModelConfig& config, TokenId token) {
  if (token < 0 || static_cast<std::size_t>(token) >= config.vocab_size) {
    throw std::invalid_argument("token id " + std::to_string(token) + " is not in the vocabulary of " +
                                std::to_string(config.vocab_size) + " tokens");
  }
}

void Model::embed(TokenId token, std::span<float> out) const {
  check_token(token);
  widen(*embedding_, static_cast<std::size_t>(token) * config_.hidden_size, out);
}

std::optional<std::string> Model::broken_weight(std::string_view prefix) const {
  const auto as_computed = [this](float x) { return type_ == DType::bf16 ? from_type(to_type<BFloat16>(x)) : x; };
  for (const SafetensorsFile& file : checkpoint_.files()) {
    for (const TensorView& tensor : file.tensors()) {
      if (!tensor.name.starts_with(prefix) || !is_weight_type(tensor.dtype)) continue;
      std::vector<float> values(tensor.size());
      widen(tensor, 0, values);
      const auto broken = std::ranges::find_if_not(
          values, [](float x) { return std::isfinite(x); }, as_computed);
      if (broken == values.end()) continue;
      const auto at = static_cast<std::size_t>(broken - values.begin()), columns = tensor.shape.back();
      const auto place = tensor.shape.size() == 1 ? std::vector{at} : std::vector{at / columns, at % columns};
      return tensor.name + " " + shape_text(place) + (std::isnan(*broken) ? " is NaN" : " is infinite");
    }
  }
  return std::nullopt;
}

template <class T>
std::vector<float> Model::read_vector(const std::string& name, std::size_t size) const {
  std::vector<float> values(size);
  widen(checkpoint_.at(name, {size}), 0, values);
  for (float& value : values) value = from_type(to_type<T>(value));
  return values;
}

template <class T>
PackedMatrix<T> Model::read_matrix(const std::string& name, std::size_t outputs, std::size_t inputs) const {
  const TensorView& tensor = checkpoint_.at(name, {outputs, inputs});
  PackedMatrix<T> matrix(outputs, inputs);
  std::vector<float> row(inputs);
  for (std::size_t n = 0; n < outputs; ++n) {
    widen(tensor, n * inputs, row);
    matrix.set_row(n, row);
  }
  return matrix;
}

}  // namespace radixlab
