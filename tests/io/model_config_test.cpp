#include "io/model_config.hpp"

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
std::string refused(const Json& changes) {
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
  EXPECT_EQ(config.bos_token_id, std::nullopt);
  EXPECT_TRUE(config.eos_token_ids.empty());
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

TEST(ModelConfig, WritesWhatItReads) {
  ModelConfig config = read(with({{"rope_theta", 12345.5},
                                  {"eos_token_id", {5, 7}},
                                  {"bos_token_id", 3},
                                  {"head_dim", 6},
                                  {"rms_norm_eps", 1e-5},
                                  {"torch_dtype", "bfloat16"},
                                  {"tie_word_embeddings", true}}));
  for (const ConfigStyle style : {ConfigStyle::older, ConfigStyle::newer}) {
    const std::string text = config_text(config, style);
    const Json json = Json::parse(text);
    EXPECT_EQ(json.contains("rope_parameters"), style == ConfigStyle::newer);
    EXPECT_EQ(json.contains("torch_dtype"), style == ConfigStyle::older);
    const ModelConfig back = parse_model_config(text, "config.json");
    EXPECT_EQ(config_text(back, style), text);
    EXPECT_EQ(back.rope_theta, 12345.5);
    EXPECT_EQ(back.head_dim, 6);
    EXPECT_EQ(back.bos_token_id, 3);
    EXPECT_THAT(back.eos_token_ids, testing::ElementsAre(5, 7));
  }
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
      {{{"rope_scaling", {{"type", "linear"}, {"factor", 2.0}}}},
       "config.json: \"rope_scaling\": \"type\" is \"linear\"; only \"default\" rotary embedding is computed here"},
      {{{"rope_scaling", {{"rope_type", "llama3"}, {"factor", 8.0}}}},
       "config.json: \"rope_scaling\": \"rope_type\" is \"llama3\"; only \"default\" rotary embedding is computed "
       "here"},
      {{{"rope_parameters", {{"rope_type", "yarn"}, {"rope_theta", 1e4}}}},
       "config.json: \"rope_parameters\": \"rope_type\" is \"yarn\"; only \"default\" rotary embedding is computed "
       "here"},
      {{{"rope_parameters", {{"factor", 2.0}}}},
       "config.json: \"rope_parameters\": \"factor\" is 2.0; it is not computed here"},
      {{{"rope_theta", 1e4}, {"rope_parameters", {{"rope_theta", 1e5}}}},
       "config.json: \"rope_parameters\": \"rope_theta\" is 100000; outside of it \"rope_theta\" is 10000"},
      {{{"torch_dtype", "float64"}},
       "config.json: \"torch_dtype\" is \"float64\"; expected \"float32\", \"bfloat16\" or \"float16\""},
  };
  for (const auto& [changes, message] : cases) EXPECT_EQ(refused(changes), message);
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
  for (const auto& [changes, message] : cases) EXPECT_EQ(refused(changes), message);
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
