#include "io/model_config.hpp"

#include <fmt/format.h>

#include "io/json.hpp"
#include "support.hpp"

namespace radixlab {
namespace {

Json small() {
  return {{"architectures", {"LlamaForCausalLM"}},
          {"model_type", "llama"},
          {"hidden_size", 64},
          {"intermediate_size", 100},
          {"num_hidden_layers", 2},
          {"num_attention_heads", 8},
          {"vocab_size", 321}};
}

Json with(Json changes) {
  Json json = small();
  json.update(changes);
  return json;
}

ModelConfig read(const Json& json) { return parse_model_config(json.dump(), "config.json"); }
std::string refused_config(const Json& changes) {
  return refusal([&] { read(with(changes)); });
}

TEST(ModelConfig, DefaultsAreHuggingFaces) {
  const ModelConfig config = read(small());
  EXPECT_EQ(config.num_key_value_heads, 8);
  EXPECT_EQ(config.head_dim, 8);
  EXPECT_EQ(config.max_position_embeddings, 2048);
  EXPECT_EQ(config.rms_norm_eps, 1e-6);
  EXPECT_EQ(config.rope_theta, 10000.0);
  EXPECT_FALSE(config.tie_word_embeddings);
  EXPECT_EQ(config.rope_scaling, RopeScaling{});
  EXPECT_EQ(config.bos_token_id, 1);
  EXPECT_THAT(config.eos_token_ids, testing::ElementsAre(2));
  EXPECT_EQ(config.dtype, std::nullopt);
}

TEST(ModelConfig, ReadsTheOlderForm) {
  const ModelConfig config = read(with({{"rope_theta", 500000},
                                        {"rope_scaling", nullptr},
                                        {"torch_dtype", "float16"},
                                        {"num_key_value_heads", 2},
                                        {"head_dim", 20},
                                        {"eos_token_id", 2},
                                        {"bos_token_id", 1},
                                        {"tie_word_embeddings", true},
                                        {"pretraining_tp", 1},
                                        {"attention_bias", false}}));
  EXPECT_EQ(config.rope_theta, 500000.0);
  EXPECT_EQ(config.dtype, DType::f16);
  EXPECT_EQ(config.heads_per_kv_head(), 4);
  EXPECT_EQ(config.query_size(), 160);
  EXPECT_EQ(config.kv_size(), 40);
  EXPECT_EQ(config.bos_token_id, 1);
  EXPECT_THAT(config.eos_token_ids, testing::ElementsAre(2));
  EXPECT_TRUE(config.tie_word_embeddings);
}

TEST(ModelConfig, ReadsTheNewerForm) {
  const ModelConfig config = read(with({{"rope_parameters", {{"rope_theta", 1e6}, {"rope_type", "default"}}},
                                        {"dtype", "bfloat16"},
                                        {"eos_token_id", {5, 7}},
                                        {"sliding_window", nullptr}}));
  EXPECT_EQ(config.rope_theta, 1e6);
  EXPECT_EQ(config.dtype, DType::bf16);
  EXPECT_THAT(config.eos_token_ids, testing::ElementsAre(5, 7));
}

constexpr RopeScaling linear{.type = RopeScaling::Type::linear, .factor = 2.5};
constexpr RopeScaling llama3{.type = RopeScaling::Type::llama3,
                             .factor = 8,
                             .low_freq_factor = 1,
                             .high_freq_factor = 4,
                             .original_max_position_embeddings = 8192};

Json rope(const RopeScaling& scaling, const char* type_key = "rope_type") {
  Json json{{type_key, rope_type_name(scaling.type)}, {"factor", scaling.factor}};
  if (scaling.type == RopeScaling::Type::llama3)
    json.update({{"low_freq_factor", 1.0}, {"high_freq_factor", 4.0}, {"original_max_position_embeddings", 8192}});
  return json;
}

TEST(ModelConfig, ReadsScaledRotaryEmbeddingInAllItsKeys) {
  for (const RopeScaling& scaling : {linear, llama3}) {
    EXPECT_EQ(read(with({{"rope_scaling", rope(scaling)}})).rope_scaling, scaling);
    EXPECT_EQ(read(with({{"rope_scaling", rope(scaling, "type")}})).rope_scaling, scaling);
    Json both = rope(scaling);
    both["type"] = both["rope_type"];
    both["original_max_position_embeddings"] = 8192;
    EXPECT_EQ(read(with({{"rope_scaling", both}})).rope_scaling, scaling);
    Json newer = rope(scaling);
    newer["rope_theta"] = 5e5;
    const ModelConfig config = read(with({{"rope_parameters", newer}, {"rope_scaling", rope(scaling)}}));
    EXPECT_EQ(config.rope_scaling, scaling);
    EXPECT_EQ(config.rope_theta, 5e5);
  }
  EXPECT_EQ(read(with({{"rope_scaling", {{"type", "default"}}}})).rope_scaling, RopeScaling{});
  EXPECT_EQ(read(with({{"rope_scaling", {{"rope_type", nullptr}, {"factor", nullptr}}}})).rope_scaling, RopeScaling{});
  for (const Json& one : {Json(1), Json(1.0)}) {
    EXPECT_EQ(read(with({{"rope_scaling", {{"rope_type", "default"}, {"factor", one}}}})).rope_scaling, RopeScaling{});
    EXPECT_EQ(read(with({{"rope_scaling", {{"factor", one}}}})).rope_scaling, RopeScaling{});
  }
  EXPECT_EQ(read(with({{"original_max_position_embeddings", 8192}, {"rope_scaling", rope(llama3)}})).rope_scaling,
            llama3);
}

TEST(ModelConfig, RefusesRotarySettingsThatMakeNoSense) {
  const auto scaled = [](const RopeScaling& scaling, const Json& changes) {
    Json json = rope(scaling);
    json.update(changes);
    return refused_config({{"rope_scaling", json}});
  };
  const std::tuple<RopeScaling, Json, const char*> cases[] = {
      {linear, {{"factor", nullptr}}, "\"rope_scaling\": has no \"factor\""},
      {linear, {{"factor", "2"}}, "\"rope_scaling\": \"factor\" is \"2\"; expected a number"},
      {linear, {{"factor", 0.5}}, "rotary \"factor\" is 0.5; expected 1 to 1e6"},
      {linear, {{"factor", 1e300}}, "rotary \"factor\" is 1e+300; expected 1 to 1e6"},
      {linear, {{"high_freq_factor", 4}}, "\"rope_scaling\": \"high_freq_factor\" is 4; it is not computed here"},
      {linear, {{"type", "llama3"}}, "\"rope_scaling\": \"type\" is \"llama3\"; but \"rope_type\" is \"linear\""},
      {llama3, {{"factor", nullptr}}, "\"rope_scaling\": has no \"factor\""},
      {llama3, {{"low_freq_factor", nullptr}}, "\"rope_scaling\": has no \"low_freq_factor\""},
      {llama3, {{"high_freq_factor", nullptr}}, "\"rope_scaling\": has no \"high_freq_factor\""},
      {llama3,
       {{"original_max_position_embeddings", nullptr}},
       "\"rope_scaling\": has no \"original_max_position_embeddings\""},
      {llama3, {{"factor", 0}}, "rotary \"factor\" is 0; expected 1 to 1e6"},
      {llama3, {{"low_freq_factor", 0}}, "rotary \"low_freq_factor\" is 0; expected 1e-6 to 1e6"},
      {llama3,
       {{"low_freq_factor", 4.0}},
       "rotary \"high_freq_factor\" is 4; expected more than \"low_freq_factor\" (4), up to 1e6"},
      {llama3,
       {{"high_freq_factor", 0.25}},
       "rotary \"high_freq_factor\" is 0.25; expected more than \"low_freq_factor\" (1), up to 1e6"},
      {llama3,
       {{"original_max_position_embeddings", 0}},
       "rotary \"original_max_position_embeddings\" is 0; expected 1 to 100,000,000"},
      {llama3,
       {{"original_max_position_embeddings", 0.5}},
       "\"rope_scaling\": \"original_max_position_embeddings\" is 0.5; expected a whole number"},
  };
  for (const auto& [scaling, changes, message] : cases) {
    const std::string said = scaled(scaling, changes);
    EXPECT_THAT(said, testing::AllOf(testing::StartsWith("config.json: "), testing::EndsWith(message)));
  }
  EXPECT_EQ(refused_config({{"rope_scaling", rope(linear)}, {"rope_parameters", rope(llama3)}}),
            "config.json: \"rope_parameters\" says something else than \"rope_scaling\"");
  EXPECT_EQ(refused_config({{"rope_scaling", rope(llama3)}, {"original_max_position_embeddings", 4096}}),
            "config.json: \"original_max_position_embeddings\" is 4096; inside of the rotary settings it is 8192");
  const std::string big = R"({"model_type": "llama", "rope_scaling": {"type": "linear", "factor": 1e999}})";
  EXPECT_THAT(refusal([&] { parse_model_config(big, "config.json"); }),
              testing::StartsWith("config.json: not JSON: number overflow"));
}

TEST(ModelConfig, WritesWhatItReads) {
  for (const RopeScaling& scaling : {RopeScaling{}, linear, llama3}) {
    for (const std::vector<std::int32_t>& stops : std::vector<std::vector<std::int32_t>>{{}, {2}, {5, 7}}) {
      ModelConfig config = read(with({{"rope_theta", 12345.5},
                                      {"bos_token_id", 3},
                                      {"head_dim", 6},
                                      {"rms_norm_eps", 1e-5},
                                      {"torch_dtype", "bfloat16"},
                                      {"tie_word_embeddings", true}}));
      config.rope_scaling = scaling;
      config.eos_token_ids = stops;
      for (const ConfigStyle style : {ConfigStyle::older, ConfigStyle::newer}) {
        const std::string text = config_text(config, style);
        const Json json = Json::parse(text);
        EXPECT_EQ(json.contains("rope_parameters"), style == ConfigStyle::newer);
        EXPECT_EQ(json.contains("rope_scaling"), style == ConfigStyle::older);
        EXPECT_EQ(json.contains("torch_dtype"), style == ConfigStyle::older);
        const ModelConfig back = parse_model_config(text, "config.json");
        EXPECT_EQ(config_text(back, style), text);
        EXPECT_EQ(back.rope_theta, 12345.5);
        EXPECT_EQ(back.rope_scaling, scaling);
        EXPECT_EQ(back.head_dim, 6);
        EXPECT_EQ(back.bos_token_id, 3);
        EXPECT_EQ(back.eos_token_ids, stops);
      }
    }
  }
}

TEST(ModelConfig, NullMeansNoStopToken) {
  const ModelConfig config = read(with({{"eos_token_id", nullptr}, {"bos_token_id", nullptr}}));
  EXPECT_TRUE(config.eos_token_ids.empty());
  EXPECT_EQ(config.bos_token_id, std::nullopt);
}

TEST(ModelConfig, GenerationConfigNamesTheStopTokens) {
  const TempFolder folder;
  folder.write("config.json", with({{"eos_token_id", 2}}).dump());
  const auto stops = [&](const char* text) {
    folder.write("generation_config.json", text);
    return read_model_config(folder.path()).eos_token_ids;
  };
  EXPECT_THAT(read_model_config(folder.path()).eos_token_ids, testing::ElementsAre(2));
  EXPECT_THAT(stops(R"({"eos_token_id": [5, 7], "pad_token_id": "x", "temperature": 0.6})"),
              testing::ElementsAre(5, 7));
  EXPECT_THAT(stops(R"({"eos_token_id": 9})"), testing::ElementsAre(9));
  EXPECT_THAT(stops("{}"), testing::ElementsAre(2)) << "it names none, so config.json's holds";
  EXPECT_THAT(stops(R"({"eos_token_id": null})"), testing::ElementsAre(2));
  const auto refused = [&](const char* text) { return refusal([&] { stops(text); }); };
  EXPECT_EQ(refused(R"({"eos_token_id": "</s>"})"),
            "generation_config.json: \"eos_token_id\" is \"</s>\"; expected a token id");
  EXPECT_EQ(refused(R"({"eos_token_id": [2, [3]]})"),
            "generation_config.json: \"eos_token_id\" is a list; expected a token id");
  EXPECT_EQ(refused("[]"), "generation_config.json is a list: expected an object");
  EXPECT_THAT(refused("{"), testing::StartsWith("generation_config.json: not JSON: "));
}

TEST(ModelConfig, CountsItsWeights) {
  const ModelConfig config = read(with({{"num_key_value_heads", 2}}));
  const std::size_t layer = 64 * 64 * 2 + 64 * 16 * 2 + 3 * 64 * 100 + 2 * 64;
  EXPECT_EQ(config.parameter_count(), 2 * 321 * 64 + 2 * layer + 64);
}

TEST(ModelConfig, RefusesByNameWhatIsNotComputed) {
  const std::pair<Json, const char*> cases[] = {
      {{{"architectures", {"MistralForCausalLM"}}},
       "config.json: \"architectures\" is \"MistralForCausalLM\"; only \"LlamaForCausalLM\" is computed here"},
      {{{"model_type", "qwen2"}}, "config.json: \"model_type\" is \"qwen2\"; only \"llama\" is computed here"},
      {{{"hidden_act", "gelu"}}, "config.json: \"hidden_act\" is \"gelu\"; this Llama computes \"silu\""},
      {{{"attention_bias", true}},
       "config.json: \"attention_bias\" is true; this Llama computes linears without a bias"},
      {{{"mlp_bias", true}}, "config.json: \"mlp_bias\" is true; this Llama computes linears without a bias"},
      {{{"sliding_window", 4096}}, "config.json: \"sliding_window\" is 4096; it is not computed here"},
      {{{"quantization_config", {{"bits", 4}}}},
       "config.json: \"quantization_config\" is an object; it is not computed here"},
      {{{"pretraining_tp", 2}},
       "config.json: \"pretraining_tp\" is 2; sliced linears are not computed here: expected 1"},
      {{{"partial_rotary_factor", 0.5}},
       "config.json: \"partial_rotary_factor\" is 0.5; this Llama rotates whole heads: expected 1"},
      {{{"rope_parameters", {{"rope_theta", 1e4}, {"partial_rotary_factor", 0.5}}}},
       "config.json: \"rope_parameters\": \"partial_rotary_factor\" is 0.5; this Llama rotates whole heads: expected "
       "1"},
      {{{"rope_parameters", {{"full_attention", {{"rope_theta", 1e4}}}}}},
       "config.json: \"rope_parameters\": \"full_attention\" is an object; it is not computed here"},
      {{{"layer_types", {"full_attention", "sliding_attention"}}},
       "config.json: \"layer_types\" is \"sliding_attention\"; only \"full_attention\" is computed here"},
      {{{"auto_map", {{"AutoModelForCausalLM", "modeling.Mine"}}}},
       "config.json: \"auto_map\": \"AutoModelForCausalLM\" is \"modeling.Mine\"; a checkpoint's own code is not run "
       "here"},
      {{{"is_causal", false}}, "config.json: \"is_causal\" is false; this Llama looks at earlier tokens only"},
      {{{"architectures", {"LlamaForSequenceClassification"}}},
       "config.json: \"architectures\" is \"LlamaForSequenceClassification\"; only \"LlamaForCausalLM\" is computed "
       "here"},
      {{{"rope_parameters", {{"factor", 2.0}}}},
       "config.json: \"rope_parameters\": has \"factor\" but no \"rope_type\"; expected \"linear\" or \"llama3\" "
       "beside "
       "it"},
      {{{"rope_scaling", {{"rope_type", "default"}, {"factor", 2.0}}}},
       "config.json: \"rope_scaling\": \"factor\" is 2.0; it is not computed here"},
      {{{"rope_scaling", {{"factor", 1.0}, {"low_freq_factor", 1.0}, {"high_freq_factor", 4.0}}}},
       "config.json: \"rope_scaling\": has \"low_freq_factor\" but no \"rope_type\"; expected \"linear\" or \"llama3\" "
       "beside it"},
      {{{"rope_theta", 1e4}, {"rope_parameters", {{"rope_theta", 1e5}}}},
       "config.json: \"rope_parameters\": \"rope_theta\" is 100000; outside of it \"rope_theta\" is 10000"},
      {{{"torch_dtype", "float64"}},
       "config.json: \"torch_dtype\" is \"float64\"; expected \"float32\", \"bfloat16\" or \"float16\""},
  };
  for (const auto& [changes, message] : cases) EXPECT_EQ(refused_config(changes), message);
}

TEST(ModelConfig, RefusesEveryOtherKindOfRotaryEmbedding) {
  for (const char* type : {"yarn", "dynamic", "longrope", "su", "ntk", "mrope", "proportional", "Linear", ""})
    for (const char* place : {"rope_scaling", "rope_parameters"})
      for (const char* key : {"rope_type", "type"})
        EXPECT_EQ(
            refused_config({{place, {{key, type}, {"factor", 2.0}}}}),
            fmt::format("config.json: \"{}\": \"{}\" is \"{}\"; \"default\", \"linear\" and \"llama3\" are computed "
                        "here",
                        place, key, type));
}

/// A key that is off changes nothing; on, it would change numbers behind the reader's back.
TEST(ModelConfig, RefusesTheSettingsOfLlamasRelatives) {
  const Json on = Json::parse(R"({"mlp_bias": true, "bias": true, "use_bias": true, "qkv_bias": true,
    "use_qkv_bias": true, "add_qkv_bias": true, "attention_out_bias": true, "add_bias_linear": true,
    "lm_head_bias": true, "sliding_window": 4096, "use_sliding_window": true, "attention_chunk_size": 512,
    "quantization_config": {"bits": 4}, "attention_multiplier": 0.0078125, "query_pre_attn_scalar": 256,
    "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0, "logits_soft_cap": 30.0, "clip_qkv": 8.0,
    "use_qk_norm": true, "qk_norm": true, "qk_layernorm": true, "scale_depth": 1.4, "dim_model_base": 256,
    "use_mup": true, "no_rope_layers": [1, 1, 0], "no_rope_layer_interval": 4, "rope_interleave": true,
    "rope_interleaved": true, "use_dynamic_ntk": true, "use_logn_attn": true, "alibi": true,
    "attn_temperature_tuning": true, "use_bidirectional_attention": true, "parallel_attn": true,
    "use_parallel_residual": true, "num_kv_shared_layers": 2, "num_experts": 8, "num_local_experts": 8,
    "n_routed_experts": 64, "add_cross_attention": true, "is_encoder_decoder": true})");
  for (const auto& [key, value] : on.items()) {
    EXPECT_THAT(refused_config({{key, value}}),
                testing::StartsWith("config.json: \"" + key + "\" is " + shown(value) + "; "));
    EXPECT_EQ(refused_config({{key, nullptr}}), "");
    EXPECT_EQ(refused_config({{key, false}}), "");
  }
  for (const char* key : {"pretraining_tp", "partial_rotary_factor", "rotary_pct", "rope_pct", "embedding_multiplier",
                          "residual_multiplier", "logits_scaling", "logit_scale", "logits_scale", "lm_head_multiplier",
                          "scale_emb", "residual_scale", "rope_ratio"}) {
    EXPECT_THAT(refused_config({{key, 2}}), testing::StartsWith(std::string("config.json: \"") + key + "\" is 2; "));
    EXPECT_EQ(refused_config({{key, 1.0}}), "");
  }
  for (const char* key : {"hidden_act", "hidden_activation", "activation_function"}) {
    EXPECT_EQ(refused_config({{key, "gelu_pytorch_tanh"}}),
              fmt::format("config.json: \"{}\" is \"gelu_pytorch_tanh\"; this Llama computes \"silu\"", key));
    EXPECT_EQ(refused_config({{key, "silu"}}), "");
  }
}

TEST(ModelConfig, IgnoresWhatChangesNoNumber) {
  EXPECT_EQ(
      refused_config(Json::parse(R"({"pad_token_id": 0, "use_cache": false, "attention_dropout": 0.1, "unsloth": "x",
    "initializer_range": 0.02, "transformers_version": "4.45.0", "layer_types": ["full_attention", "full_attention"],
    "auto_map": {"AutoTokenizer": ["t.Mine", null]}, "is_causal": true, "_name_or_path": "/x", "sliding_window": null})")),
      "");
}

TEST(ModelConfig, RefusesSizesThatDoNotFit) {
  const std::pair<Json, const char*> cases[] = {
      {{{"num_key_value_heads", 3}},
       "config.json: \"num_attention_heads\" is 8; expected a multiple of \"num_key_value_heads\" (3)"},
      {{{"head_dim", 7}}, "config.json: \"head_dim\" is 7; rotary embedding turns pairs: expected an even number"},
      {{{"hidden_size", 66}},
       "config.json: \"hidden_size\" is 66; without \"head_dim\" it must be a multiple of \"num_attention_heads\" (8)"},
      {{{"num_attention_heads", 0}},
       "config.json: \"hidden_size\" is 64; without \"head_dim\" it must be a multiple of \"num_attention_heads\" (0)"},
      {{{"num_hidden_layers", 0}}, "config.json: \"num_hidden_layers\" is 0; expected 1 to 2,000"},
      {{{"vocab_size", 4'000'001}}, "config.json: \"vocab_size\" is 4000001; expected 1 to 4,000,000"},
      {{{"vocab_size", -1}}, "config.json: \"vocab_size\" is -1; expected a whole number"},
      {{{"vocab_size", 321.0}}, "config.json: \"vocab_size\" is 321.0; expected a whole number"},
      {{{"vocab_size", nullptr}}, "config.json: has no \"vocab_size\""},
      {{{"rms_norm_eps", 0}}, "config.json: \"rms_norm_eps\" is 0; expected above 0 and below 1"},
      {{{"rms_norm_eps", "1e-5"}}, "config.json: \"rms_norm_eps\" is \"1e-5\"; expected a number"},
      {{{"rope_theta", -5}}, "config.json: \"rope_theta\" is -5; expected 1 to 1e12"},
      {{{"tie_word_embeddings", "yes"}}, "config.json: \"tie_word_embeddings\" is \"yes\"; expected true or false"},
      {{{"eos_token_id", {2, -3}}}, "config.json: \"eos_token_id\" is -3; expected a token id"},
      {{{"bos_token_id", {1, 2}}}, "config.json: \"bos_token_id\" is a list; expected one token id"},
      {{{"rope_parameters", 7}}, "config.json: \"rope_parameters\" is 7: expected an object"},
  };
  for (const auto& [changes, message] : cases) EXPECT_EQ(refused_config(changes), message);
}

TEST(ModelConfig, RefusesWhatIsNoConfig) {
  const auto text = [](std::string_view t) { return refusal([&] { parse_model_config(t, "config.json"); }); };
  EXPECT_EQ(text("[]"), "config.json is a list: expected an object");
  EXPECT_EQ(text("{}"), "config.json: \"model_type\" is missing; expected \"llama\"");
  EXPECT_THAT(text("{"), testing::StartsWith("config.json: not JSON: "));
  const TempFolder folder;
  EXPECT_THAT(refusal([&] { read_model_config(folder.path()); }), testing::EndsWith("config.json: no such file"));
  EXPECT_THAT(refusal([&] { read_model_config(folder.path() / "x"); }), testing::EndsWith("x: no such folder"));
}

}  // namespace
}  // namespace radixlab
