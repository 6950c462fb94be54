#include "io/model_config_section.hpp"

namespace radixlab {
namespace {

/// Absent, null and false are all "off".
void refuse_unless_off(const Section& config, const char* key, std::string_view why) {
  const Json* value = config.find(key);
  if (value && *value != Json(false)) config.refuse(key, shown(*value), why);
}

void refuse_unless_one(const Section& config, const char* key, std::string_view why) {
  if (const auto value = config.real(key); value && *value != 1.0) config.refuse(key, fmt::format("{}", *value), why);
}

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
  // A checkpoint may bring a model's code of its own, which transformers runs when it is allowed to.
  if (const Json* code = config.find("auto_map"); code && code->is_object()) {
    const Section classes(*code, config.where() + ": \"auto_map\"");
    for (const char* key : {"AutoModel", "AutoModelForCausalLM"})
      refuse_unless_off(classes, key, "a checkpoint's own code is not run here");
  }
}

void refuse_other_layers(const Section& config) {
  const Json* types = config.find("layer_types");
  if (!types) return;
  if (!types->is_array()) config.refuse("layer_types", shown(*types), "expected a list");
  for (const Json& type : *types)
    if (type != Json("full_attention"))
      config.refuse("layer_types", shown(type), "only \"full_attention\" is computed here");
}

}  // namespace

void refuse_other_numbers(const Section& config) {
  refuse_other_models(config);
  refuse_other_layers(config);
  for (const char* key : {"hidden_act", "hidden_activation", "activation_function"})
    if (const auto act = config.text(key); act && *act != "silu")
      config.refuse(key, quote(*act), "this Llama computes \"silu\"");
  for (const char* key : {"attention_bias", "mlp_bias", "bias", "use_bias", "qkv_bias", "use_qkv_bias", "add_qkv_bias",
                          "attention_out_bias", "add_bias_linear", "lm_head_bias"})
    refuse_unless_off(config, key, "this Llama computes linears without a bias");
  refuse_unless_one(config, "pretraining_tp", "sliced linears are not computed here: expected 1");
  for (const char* key : {"partial_rotary_factor", "rotary_pct", "rope_pct"})
    refuse_unless_one(config, key, "this Llama rotates whole heads: expected 1");

  // What Llama's relatives do differently (Granite, Gemma, MiniCPM, Cohere, OLMo, Qwen, SmolLM, mixtures of experts): a
  // file that says "llama" and has such a key expects numbers that are not computed here.
  for (const char* key : {"embedding_multiplier", "residual_multiplier", "logits_scaling", "logit_scale",
                          "logits_scale", "lm_head_multiplier", "scale_emb", "residual_scale", "rope_ratio"})
    refuse_unless_one(config, key, "it is not computed here: expected 1");
  for (const char* key : {"sliding_window",
                          "use_sliding_window",
                          "attention_chunk_size",
                          "quantization_config",
                          "attention_multiplier",
                          "query_pre_attn_scalar",
                          "attn_logit_softcapping",
                          "final_logit_softcapping",
                          "logits_soft_cap",
                          "clip_qkv",
                          "use_qk_norm",
                          "qk_norm",
                          "qk_layernorm",
                          "scale_depth",
                          "dim_model_base",
                          "use_mup",
                          "no_rope_layers",
                          "no_rope_layer_interval",
                          "rope_interleave",
                          "rope_interleaved",
                          "use_dynamic_ntk",
                          "use_logn_attn",
                          "alibi",
                          "attn_temperature_tuning",
                          "use_bidirectional_attention",
                          "parallel_attn",
                          "use_parallel_residual",
                          "num_kv_shared_layers",
                          "num_experts",
                          "num_local_experts",
                          "n_routed_experts",
                          "add_cross_attention",
                          "is_encoder_decoder"})
    refuse_unless_off(config, key, "it is not computed here");
  if (const Json* causal = config.find("is_causal"); causal && *causal != Json(true))
    config.refuse("is_causal", shown(*causal), "this Llama looks at earlier tokens only");
}

}  // namespace radixlab
