#include <array>
#include <fmt/format.h>
#include <utility>

#include "io/error.hpp"
#include "io/json.hpp"
#include "io/model_config.hpp"

namespace radixlab {
namespace {

constexpr std::pair<DType, std::string_view> weight_dtypes[] = {
    {DType::f32, "float32"}, {DType::bf16, "bfloat16"}, {DType::f16, "float16"}};

void check_rope_scaling(const RopeScaling& scaling, std::string_view where) {
  const auto need = [&](bool good, const char* key, const auto& value, std::string_view expected) {
    if (!good) throw InputError(fmt::format("{}: rotary \"{}\" is {}; {}", where, key, value, expected));
  };
  if (scaling.type == RopeScaling::Type::none) return;
  need(scaling.factor >= 1 && scaling.factor <= 1e6, "factor", scaling.factor, "expected 1 to 1e6");
  if (scaling.type == RopeScaling::Type::linear) return;
  const double low = scaling.low_freq_factor, high = scaling.high_freq_factor;
  need(low >= 1e-6 && low <= 1e6, "low_freq_factor", low, "expected 1e-6 to 1e6");
  need(high <= 1e6 && high >= low * 1.000001, "high_freq_factor", high,
       fmt::format("expected more than \"low_freq_factor\" ({}), up to 1e6", low));
  const std::size_t original = scaling.original_max_position_embeddings;
  need(original >= 1 && original <= 100'000'000, "original_max_position_embeddings", original,
       "expected 1 to 100,000,000");
}

}  // namespace

std::optional<DType> weight_dtype(std::string_view name) {
  for (const auto& [dtype, known] : weight_dtypes)
    if (known == name) return dtype;
  return std::nullopt;
}

std::string_view weight_dtype_name(DType dtype) {
  for (const auto& [known, name] : weight_dtypes)
    if (known == dtype) return name;
  throw std::logic_error("weights are float32, bfloat16 or float16");
}

std::size_t ModelConfig::parameter_count() const {
  const std::size_t embedding = vocab_size * hidden_size;
  const std::size_t attention = 2 * hidden_size * (query_size() + kv_size());
  const std::size_t mlp = 3 * hidden_size * intermediate_size;
  const std::size_t norms = 2 * hidden_size;
  return embedding * (tie_word_embeddings ? 1 : 2) + num_hidden_layers * (attention + mlp + norms) + hidden_size;
}

void check_model_config(const ModelConfig& config, std::string_view where) {
  struct Size {
    const char* key;
    std::size_t value, most;  // the largest Llama has a tenth of each; all products of three fit 64 bits
  };
  const std::array sizes{Size{"vocab_size", config.vocab_size, 4'000'000},
                         Size{"hidden_size", config.hidden_size, 200'000},
                         Size{"num_hidden_layers", config.num_hidden_layers, 2'000},
                         Size{"num_attention_heads", config.num_attention_heads, 2'000},
                         Size{"num_key_value_heads", config.num_key_value_heads, 2'000},
                         Size{"head_dim", config.head_dim, 2'000},
                         Size{"intermediate_size", config.intermediate_size, 800'000},
                         Size{"max_position_embeddings", config.max_position_embeddings, 100'000'000}};
  const auto refuse = [&](const char* key, const auto& value, const std::string& expected) {
    throw InputError(fmt::format("{}: \"{}\" is {}; {}", where, key, value, expected));
  };
  for (const auto& [key, value, most] : sizes)
    if (value < 1 || value > most) refuse(key, value, fmt::format("expected 1 to {}", grouped(most)));
  if (config.num_attention_heads % config.num_key_value_heads != 0)
    refuse("num_attention_heads", config.num_attention_heads,
           fmt::format("expected a multiple of \"num_key_value_heads\" ({})", config.num_key_value_heads));
  if (config.head_dim % 2 != 0)
    refuse("head_dim", config.head_dim, "rotary embedding turns pairs: expected an even number");
  if (!(config.rms_norm_eps > 0 && config.rms_norm_eps < 1))
    refuse("rms_norm_eps", config.rms_norm_eps, "expected above 0 and below 1");
  if (!(config.rope_theta >= 1 && config.rope_theta <= 1e12))
    refuse("rope_theta", config.rope_theta, "expected 1 to 1e12");
  check_rope_scaling(config.rope_scaling, where);
}

std::string config_text(const ModelConfig& config, ConfigStyle style) {
  nlohmann::ordered_json out{{"architectures", {"LlamaForCausalLM"}},
                             {"model_type", "llama"},
                             {"hidden_act", "silu"},
                             {"vocab_size", config.vocab_size},
                             {"hidden_size", config.hidden_size},
                             {"num_hidden_layers", config.num_hidden_layers},
                             {"num_attention_heads", config.num_attention_heads},
                             {"num_key_value_heads", config.num_key_value_heads},
                             {"head_dim", config.head_dim},
                             {"intermediate_size", config.intermediate_size},
                             {"max_position_embeddings", config.max_position_embeddings},
                             {"rms_norm_eps", config.rms_norm_eps},
                             {"tie_word_embeddings", config.tie_word_embeddings},
                             {"attention_bias", false},
                             {"mlp_bias", false}};
  out["bos_token_id"] = nullptr;  // absent would mean Hugging Face's default
  if (config.bos_token_id) out["bos_token_id"] = *config.bos_token_id;
  out["eos_token_id"] = nullptr;
  if (config.eos_token_ids.size() == 1) {
    out["eos_token_id"] = config.eos_token_ids.front();
  } else if (!config.eos_token_ids.empty()) {
    out["eos_token_id"] = config.eos_token_ids;
  }
  nlohmann::ordered_json rope{{"rope_type", rope_type_name(config.rope_scaling.type)}};
  if (config.rope_scaling.type != RopeScaling::Type::none) rope["factor"] = config.rope_scaling.factor;
  if (config.rope_scaling.type == RopeScaling::Type::llama3) {
    rope["low_freq_factor"] = config.rope_scaling.low_freq_factor;
    rope["high_freq_factor"] = config.rope_scaling.high_freq_factor;
    rope["original_max_position_embeddings"] = config.rope_scaling.original_max_position_embeddings;
  }
  if (style == ConfigStyle::older) {
    out["rope_theta"] = config.rope_theta;
    out["rope_scaling"] = config.rope_scaling.type == RopeScaling::Type::none ? nlohmann::ordered_json() : rope;
  } else {
    rope["rope_theta"] = config.rope_theta;
    out["rope_parameters"] = rope;
  }
  out[style == ConfigStyle::older ? "torch_dtype" : "dtype"] = weight_dtype_name(config.dtype.value_or(DType::f32));
  return out.dump(2) + "\n";
}

}  // namespace radixlab
