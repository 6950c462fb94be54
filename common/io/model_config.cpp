#include "io/model_config.hpp"

#include "io/mapped_file.hpp"
#include "io/model_config_section.hpp"

namespace radixlab {
namespace {

/// One id or a list; null is none. A key that is not there is Hugging Face's default.
std::vector<std::int32_t> token_ids(const Section& config, const char* key, std::int32_t by_default) {
  if (!config.json().contains(key)) return {by_default};
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
  const Rotary rotary = rotary_of(config);
  model.rope_theta = rotary.theta;
  model.rope_scaling = rotary.scaling;
  model.tie_word_embeddings = config.flag("tie_word_embeddings");
  const auto bos = token_ids(config, "bos_token_id", 1);
  if (bos.size() > 1) config.refuse("bos_token_id", "a list", "expected one token id");
  if (!bos.empty()) model.bos_token_id = bos.front();
  model.eos_token_ids = token_ids(config, "eos_token_id", 2);
  model.dtype = dtype_of(config);
  check_model_config(model, where);
  return model;
}

std::optional<std::vector<std::int32_t>> parse_generation_stops(std::string_view text, std::string_view where) {
  const Json json = parse_json(text, where);
  const Section generation(json, std::string(where));
  if (!generation.find("eos_token_id")) return std::nullopt;
  return token_ids(generation, "eos_token_id", 2);
}

ModelConfig read_model_config(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) throw InputError(fmt::format("{}: no such folder", folder.string()));
  ModelConfig model = parse_model_config(MappedFile(folder / "config.json").text(), "config.json");
  const auto generation = folder / "generation_config.json";
  if (!std::filesystem::exists(generation)) return model;
  const auto stops = parse_generation_stops(MappedFile(generation).text(), "generation_config.json");
  if (stops) model.eos_token_ids = *stops;
  return model;
}

}  // namespace radixlab
