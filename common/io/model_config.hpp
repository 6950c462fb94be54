/// \file
/// The shape of a Llama, from Hugging Face's config.json in its older form (rope_theta, rope_scaling, torch_dtype) or
/// its newer (rope_parameters, dtype). What changes numbers and is not computed here is refused by name, never ignored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/dtype.hpp"

namespace radixlab {

/// How the frequencies of the rotary embedding are stretched for longer texts; docs/numerics.md has the formulas.
struct RopeScaling {
  enum class Type { none, linear, llama3 };
  Type type = Type::none;
  double factor = 1;                                 ///< linear, llama3: from 1; how many times slower a pair turns
  double low_freq_factor = 0, high_freq_factor = 0;  ///< llama3: turns in the original context; low < high
  std::size_t original_max_position_embeddings = 0;  ///< llama3 [tokens]: the context before it was stretched

  bool operator==(const RopeScaling&) const = default;
};

struct ModelConfig {
  std::size_t vocab_size = 0;   ///< [tokens]
  std::size_t hidden_size = 0;  ///< width of the residual stream
  std::size_t num_hidden_layers = 0;
  std::size_t num_attention_heads = 0;         ///< query heads
  std::size_t num_key_value_heads = 0;         ///< divides the query heads; default: as many
  std::size_t head_dim = 0;                    ///< even; default: hidden_size / num_attention_heads
  std::size_t intermediate_size = 0;           ///< width of the gated MLP
  std::size_t max_position_embeddings = 2048;  ///< [tokens] of a sequence
  double rms_norm_eps = 1e-6;
  double rope_theta = 10000.0;
  RopeScaling rope_scaling;
  bool tie_word_embeddings = false;          ///< the output layer is the embedding
  std::optional<std::int32_t> bos_token_id;  ///< 1 where the file has no such key, none where it is null
  std::vector<std::int32_t> eos_token_ids;   ///< generation stops at any of them; likewise 2, or none
  std::optional<DType> dtype;                ///< as the file says; each tensor knows its own

  std::size_t heads_per_kv_head() const { return num_attention_heads / num_key_value_heads; }
  std::size_t query_size() const { return num_attention_heads * head_dim; }
  std::size_t kv_size() const { return num_key_value_heads * head_dim; }

  /// Number of weights, the output layer counted once where it is tied.
  std::size_t parameter_count() const;
};

/// Reads and checks FOLDER/config.json. Where FOLDER/generation_config.json is there and names an eos_token_id, that
/// one holds, as it does for Hugging Face's generate. Throws InputError: `config.json: "hidden_act" is "gelu"; this
/// Llama computes "silu"`.
ModelConfig read_model_config(const std::filesystem::path& folder);

/// config.json alone, from text; `where` is the name in messages.
ModelConfig parse_model_config(std::string_view text, std::string_view where);

/// The eos_token_id of a generation_config.json, from text; nothing where it names none. All else in it is about
/// sampling, which is not done here.
std::optional<std::vector<std::int32_t>> parse_generation_stops(std::string_view text, std::string_view where);

/// Throws InputError unless the sizes fit each other and are within sane limits, so that no product of them overflows.
void check_model_config(const ModelConfig& config, std::string_view where);

/// "float32", "bfloat16", "float16", as config.json and --dtype name them; nothing for another name.
std::optional<DType> weight_dtype(std::string_view name);
std::string_view weight_dtype_name(DType dtype);

std::string_view rope_type_name(RopeScaling::Type type);  ///< "default", "linear", "llama3"

enum class ConfigStyle { older, newer };

/// The text of a config.json that reads back as `config`.
std::string config_text(const ModelConfig& config, ConfigStyle style);

}  // namespace radixlab
