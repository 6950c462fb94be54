#include "io/model_config.hpp"

#include <cmath>
#include <fmt/format.h>

#include "io/json.hpp"
#include "io/mapped_file.hpp"

namespace radixlab {
namespace {

/// One object of config.json: typed values by key, null counting as absent as it does for Hugging Face.
class Section {
 public:
  Section(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) throw InputError(fmt::format("{} is {}: expected an object", where_, shown(json)));
  }

  const Json* find(const char* key) const {
    const auto at = json_.find(key);
    return at == json_.end() || at->is_null() ? nullptr : &*at;
  }

  [[noreturn]] void refuse(std::string_view key, std::string_view found, std::string_view expected) const {
    throw InputError(fmt::format("{}: \"{}\" is {}; {}", where_, key, found, expected));
  }

  std::optional<std::size_t> whole(const char* key) const {
    const Json* value = find(key);
    if (!value) return std::nullopt;
    if (!value->is_number_unsigned()) refuse(key, shown(*value), "expected a whole number");
    return value->get<std::size_t>();
  }

  std::size_t needed(const char* key) const {
    const auto value = whole(key);
    if (!value) throw InputError(fmt::format("{}: has no \"{}\"", where_, key));
    return *value;
  }

  std::optional<double> real(const char* key) const {
    const Json* value = find(key);
    if (!value) return std::nullopt;
    if (!value->is_number()) refuse(key, shown(*value), "expected a number");
    return value->get<double>();
  }

  bool flag(const char* key) const {
    const Json* value = find(key);
    if (value && !value->is_boolean()) refuse(key, shown(*value), "expected true or false");
    return value && value->get<bool>();
  }

  std::optional<std::string> text(const char* key) const {
    const Json* value = find(key);
    if (!value) return std::nullopt;
    if (!value->is_string()) refuse(key, shown(*value), "expected a text");
    return value->get<std::string>();
  }

  const Json& json() const { return json_; }
  const std::string& where() const { return where_; }

 private:
  const Json& json_;
  std::string where_;
};

void refuse_other_models(const Section& config) {
  const Json* architectures = config.find("architectures");
  const auto type = config.text("model_type");
  if (!type && !architectures) config.refuse("model_type", "missing", "expected \"llama\"");
  if (type && *type != "llama") config.refuse("model_type", quote(*type), "only \"llama\" is computed here");
  if (architectures && *architectures != Json({"LlamaForCausalLM"})) {
    const bool one = architectures->is_array() && architectures->size() == 1;
    config.refuse("architectures", shown(one ? architectures->front() : *architectures),
                  "only \"LlamaForCausalLM\" is computed here");
  }
}

/// What Hugging Face's Llama does with other settings and we do not.
void refuse_other_numbers(const Section& config) {
  if (const auto act = config.text("hidden_act"); act && *act != "silu")
    config.refuse("hidden_act", quote(*act), "this Llama computes \"silu\"");
  for (const char* key : {"attention_bias", "mlp_bias"})
    if (config.flag(key)) config.refuse(key, "true", "this Llama computes linears without a bias");
  for (const char* key : {"sliding_window", "quantization_config"})
    if (const Json* value = config.find(key)) config.refuse(key, shown(*value), "it is not computed here");
  if (const auto tp = config.whole("pretraining_tp"); tp && *tp != 1)
    config.refuse("pretraining_tp", std::to_string(*tp), "sliced linears are not computed here: expected 1");
  if (const auto part = config.real("partial_rotary_factor"); part && *part != 1.0)
    config.refuse("partial_rotary_factor", fmt::format("{}", *part), "this Llama rotates whole heads: expected 1");
}

/// rope_scaling (older) or rope_parameters (newer): the type "default", and nothing that would belong to another.
void refuse_scaled_rope(const Section& rope) {
  for (const char* key : {"rope_type", "type"})
    if (const auto type = rope.text(key); type && *type != "default")
      rope.refuse(key, quote(*type), "only \"default\" rotary embedding is computed here");
  if (const auto part = rope.real("partial_rotary_factor"); part && *part != 1.0)
    rope.refuse("partial_rotary_factor", fmt::format("{}", *part), "this Llama rotates whole heads: expected 1");
  for (const auto& [key, value] : rope.json().items()) {
    const bool known = key == "rope_type" || key == "type" || key == "rope_theta" || key == "partial_rotary_factor";
    if (!known && !value.is_null())
      throw InputError(fmt::format("{}: {} is {}; it is not computed here", rope.where(), quote(key), shown(value)));
  }
}

double rope_theta_of(const Section& config) {
  std::optional<double> theta = config.real("rope_theta");
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    const Json* value = config.find(key);
    if (!value) continue;
    const Section rope(*value, fmt::format("{}: \"{}\"", config.where(), key));
    refuse_scaled_rope(rope);
    const auto inner = rope.real("rope_theta");
    if (theta && inner && *theta != *inner)
      rope.refuse("rope_theta", fmt::format("{}", *inner), fmt::format("outside of it \"rope_theta\" is {}", *theta));
    if (inner) theta = inner;
  }
  return theta.value_or(ModelConfig{}.rope_theta);
}

std::vector<std::int32_t> token_ids(const Section& config, const char* key) {
  const Json* value = config.find(key);
  std::vector<std::int32_t> ids;
  if (!value) return ids;
  for (const Json& id : value->is_array() ? *value : Json::array({*value})) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() > INT32_MAX)
      config.refuse(key, shown(id), "expected a token id");
    ids.push_back(id.get<std::int32_t>());
  }
  return ids;
}

std::optional<DType> dtype_of(const Section& config) {
  for (const char* key : {"dtype", "torch_dtype"}) {
    const auto name = config.text(key);
    if (!name) continue;
    if (const auto dtype = weight_dtype(*name)) return dtype;
    config.refuse(key, quote(*name), "expected \"float32\", \"bfloat16\" or \"float16\"");
  }
  return std::nullopt;
}

/// Without the key head_dim is hidden / heads, which must then be a whole number.
std::size_t head_dim_of(const Section& config, const ModelConfig& model) {
  if (const auto given = config.whole("head_dim")) return *given;
  if (model.num_attention_heads == 0 || model.hidden_size % model.num_attention_heads != 0)
    config.refuse("hidden_size", std::to_string(model.hidden_size),
                  fmt::format("without \"head_dim\" it must be a multiple of \"num_attention_heads\" ({})",
                              model.num_attention_heads));
  return model.hidden_size / model.num_attention_heads;
}

}  // namespace

ModelConfig parse_model_config(std::string_view text, std::string_view where) {
  const Json json = parse_json(text, where);
  const Section config(json, std::string(where));
  refuse_other_models(config);
  refuse_other_numbers(config);
  ModelConfig model;
  model.vocab_size = config.needed("vocab_size");
  model.hidden_size = config.needed("hidden_size");
  model.num_hidden_layers = config.needed("num_hidden_layers");
  model.num_attention_heads = config.needed("num_attention_heads");
  model.num_key_value_heads = config.whole("num_key_value_heads").value_or(model.num_attention_heads);
  model.head_dim = head_dim_of(config, model);
  model.intermediate_size = config.needed("intermediate_size");
  model.max_position_embeddings = config.whole("max_position_embeddings").value_or(model.max_position_embeddings);
  model.rms_norm_eps = config.real("rms_norm_eps").value_or(model.rms_norm_eps);
  model.rope_theta = rope_theta_of(config);
  model.tie_word_embeddings = config.flag("tie_word_embeddings");
  const auto bos = token_ids(config, "bos_token_id");
  if (bos.size() > 1) config.refuse("bos_token_id", "a list", "expected one token id");
  if (!bos.empty()) model.bos_token_id = bos.front();
  model.eos_token_ids = token_ids(config, "eos_token_id");
  model.dtype = dtype_of(config);
  check_model_config(model, where);
  return model;
}

ModelConfig read_model_config(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) throw InputError(fmt::format("{}: no such folder", folder.string()));
  const MappedFile file(folder / "config.json");
  return parse_model_config(file.text(), "config.json");
}

}  // namespace radixlab
