#include "io/llama_tensors.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <string_view>

namespace radixlab {
namespace {

constexpr std::string_view kLayers = "model.layers.", kEmbedding = "model.embed_tokens.weight",
                           kHead = "lm_head.weight";

/// What a layer computes with, as "self_attn.q_proj.weight".
std::vector<TensorInfo> layer_tensors(const ModelConfig& c, DType dtype) {
  return {{"input_layernorm.weight", dtype, {c.hidden_size}},
          {"self_attn.q_proj.weight", dtype, {c.query_size(), c.hidden_size}},
          {"self_attn.k_proj.weight", dtype, {c.kv_size(), c.hidden_size}},
          {"self_attn.v_proj.weight", dtype, {c.kv_size(), c.hidden_size}},
          {"self_attn.o_proj.weight", dtype, {c.hidden_size, c.query_size()}},
          {"post_attention_layernorm.weight", dtype, {c.hidden_size}},
          {"mlp.gate_proj.weight", dtype, {c.intermediate_size, c.hidden_size}},
          {"mlp.up_proj.weight", dtype, {c.intermediate_size, c.hidden_size}},
          {"mlp.down_proj.weight", dtype, {c.hidden_size, c.intermediate_size}}};
}

struct LayerName {
  std::size_t layer;
  std::string_view part;
};

/// "model.layers.3.mlp.up_proj.weight" as 3 and "mlp.up_proj.weight".
std::optional<LayerName> layer_name(std::string_view name) {
  if (!name.starts_with(kLayers)) return std::nullopt;
  name.remove_prefix(kLayers.size());
  std::size_t layer = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), layer);
  const auto digits = static_cast<std::size_t>(end - name.data());
  if (error != std::errc() || digits == name.size() || name[digits] != '.') return std::nullopt;
  if (digits > 1 && name.front() == '0') return std::nullopt;
  return LayerName{layer, name.substr(digits + 1)};
}

/// Tables that older versions of transformers stored, and computed again when they loaded them.
bool is_rotary_table(std::string_view name) {
  const auto in_layer = layer_name(name);
  std::string_view table = in_layer ? in_layer->part : name;
  const std::string_view owner = in_layer ? "self_attn.rotary_emb." : "model.rotary_emb.";
  if (!table.starts_with(owner)) return false;
  table.remove_prefix(owner.size());
  return table == "inv_freq" || table == "cos_cached" || table == "sin_cached";
}

/// The tied head, once more: transformers ties the two, or, if they differ, does what its version does.
bool is_the_embedding(const TensorView& head, const Checkpoint& checkpoint, const ModelConfig& config) {
  const TensorView& embedding = checkpoint.at(kEmbedding, {config.vocab_size, config.hidden_size});
  return head.dtype == embedding.dtype && head.shape == embedding.shape &&
         std::ranges::equal(head.bytes, embedding.bytes);
}

/// Nothing, or why the tensor may not be passed over.
std::optional<std::string> objection(const TensorView& tensor, const Checkpoint& checkpoint, const ModelConfig& config,
                                     const std::vector<TensorInfo>& of_a_layer) {
  const std::string_view name = tensor.name;
  if (name == kEmbedding || name == "model.norm.weight" || is_rotary_table(name)) return std::nullopt;
  if (name == kHead) {
    if (!config.tie_word_embeddings || is_the_embedding(tensor, checkpoint, config)) return std::nullopt;
    return fmt::format("differs from {}, and config.json has \"tie_word_embeddings\" true", quote(kEmbedding));
  }
  const auto in_layer = layer_name(name);
  if (!in_layer || std::ranges::find(of_a_layer, in_layer->part, &TensorInfo::name) == of_a_layer.end())
    return "is none that this Llama computes with, and passing it over would change the numbers";
  if (in_layer->layer < config.num_hidden_layers) return std::nullopt;
  return fmt::format("is of layer {}, but config.json has \"num_hidden_layers\" {}", in_layer->layer,
                     config.num_hidden_layers);
}

}  // namespace

std::vector<TensorInfo> llama_tensors(const ModelConfig& config, DType dtype) {
  std::vector<TensorInfo> tensors{{std::string(kEmbedding), dtype, {config.vocab_size, config.hidden_size}}};
  const std::vector<TensorInfo> of_a_layer = layer_tensors(config, dtype);
  for (std::size_t i = 0; i < config.num_hidden_layers; ++i)
    for (const TensorInfo& tensor : of_a_layer)
      tensors.push_back({fmt::format("{}{}.{}", kLayers, i, tensor.name), dtype, tensor.shape});
  tensors.push_back({"model.norm.weight", dtype, {config.hidden_size}});
  if (!config.tie_word_embeddings)
    tensors.push_back({std::string(kHead), dtype, {config.vocab_size, config.hidden_size}});
  return tensors;
}

Checkpoint llama_checkpoint(const std::filesystem::path& folder, const ModelConfig& config) {
  Checkpoint checkpoint(folder);
  const std::vector<TensorInfo> of_a_layer = layer_tensors(config, DType::f32);
  for (const SafetensorsFile& file : checkpoint.files())
    for (const TensorView& tensor : file.tensors())
      if (const auto why = objection(tensor, checkpoint, config, of_a_layer))
        throw file_error(file.path(), fmt::format("tensor {} {}", quote(tensor.name), *why));
  for (const TensorInfo& tensor : llama_tensors(config, DType::f32)) checkpoint.at(tensor.name, tensor.shape);
  return checkpoint;
}

}  // namespace radixlab
