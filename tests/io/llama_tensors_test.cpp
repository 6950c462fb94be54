// No tensor of a checkpoint is passed over, except those that change nothing.
#include "io/llama_tensors.hpp"

#include "apps/random_model.hpp"
#include "support.hpp"

namespace radixlab {
namespace {

class LlamaCheckpoint : public testing::Test {
 protected:
  /// What is said of a checkpoint of 3 layers with one tensor more; "" if it is taken.
  std::string said_of(const std::string& name, std::vector<std::size_t> shape = {42}, std::byte fill = std::byte{0}) {
    std::vector<TensorInfo> tensors = llama_tensors(written_, DType::f32);
    tensors.push_back({name, DType::f32, std::move(shape)});
    SafetensorsWriter writer(folder_.path() / "model.safetensors", tensors);
    for (const TensorInfo& tensor : tensors)
      writer.append(std::vector(tensor.bytes(), tensor.name == name ? fill : std::byte{0}));
    writer.finish();
    return refusal([&] { llama_checkpoint(folder_.path(), config_); });
  }

  const TempFolder folder_;
  ModelConfig config_ = *preset_config("tiny"), written_ = config_;
};

TEST_F(LlamaCheckpoint, RefusesATensorThatNobodyReads) {
  for (const char* name : {"model.layers.0.self_attn.q_proj.bias", "model.layers.2.self_attn.q_norm.weight",
                           "model.layers.1.mlp.experts.weight", "model.layers.01.mlp.up_proj.weight",
                           "model.layers.0.mlp.up_proj.weight.scale", "model.norm.bias", "lm_head.bias",
                           "model.layers.x.mlp.up_proj.weight", "model.layers.1", "model.rotary_emb.inv_freq.weight",
                           "layers.0.mlp.up_proj.weight", "model.layers.99999999999999999999.mlp.up_proj.weight",
                           "rotary_emb.inv_freq", "model.layers.0.rotary_emb.inv_freq"})
    EXPECT_EQ(said_of(name),
              "model.safetensors: tensor \"" + std::string(name) +
                  "\" is none that this Llama computes with, and passing it over would change the numbers");
}

TEST_F(LlamaCheckpoint, RefusesALayerThatTheConfigDoesNotHave) {
  EXPECT_EQ(said_of("model.layers.3.mlp.up_proj.weight"),
            "model.safetensors: tensor \"model.layers.3.mlp.up_proj.weight\" is of layer 3, but config.json has "
            "\"num_hidden_layers\" 3");
}

TEST_F(LlamaCheckpoint, NeedsEachTensorOfTheLastLayerToo) {
  written_.num_hidden_layers = 2;
  EXPECT_EQ(said_of("model.rotary_emb.inv_freq"),
            "model.safetensors: has no tensor \"model.layers.2.input_layernorm.weight\": expected one of shape [42]");
}

TEST_F(LlamaCheckpoint, PassesRotaryTables) {
  for (const char* name :
       {"model.layers.0.self_attn.rotary_emb.inv_freq", "model.layers.2.self_attn.rotary_emb.cos_cached",
        "model.layers.7.self_attn.rotary_emb.sin_cached", "model.rotary_emb.inv_freq"})
    EXPECT_EQ(said_of(name), "") << name;
}

TEST_F(LlamaCheckpoint, PassesATiedHeadThatIsTheEmbedding) {
  config_.tie_word_embeddings = written_.tie_word_embeddings = true;
  EXPECT_EQ(said_of("lm_head.weight", {263, 42}), "");
  const std::string differs =
      "model.safetensors: tensor \"lm_head.weight\" differs from \"model.embed_tokens.weight\", and config.json has "
      "\"tie_word_embeddings\" true";
  EXPECT_EQ(said_of("lm_head.weight", {263, 42}, std::byte{1}), differs);
  EXPECT_EQ(said_of("lm_head.weight", {42, 263}), differs);
}

TEST_F(LlamaCheckpoint, LooksAtTensorsThatTheIndexDoesNotName) {
  SafetensorsWriter writer(folder_.path() / "shard.safetensors",
                           {{"model.norm.weight", DType::f32, {1}}, {"unlisted", DType::f32, {1}}});
  writer.append(std::vector(8, std::byte{0}));
  writer.finish();
  folder_.write("model.safetensors.index.json", R"({"weight_map":{"model.norm.weight":"shard.safetensors"}})");
  EXPECT_THAT(refusal([&] { llama_checkpoint(folder_.path(), config_); }),
              testing::StartsWith("shard.safetensors: tensor \"unlisted\" is none that this Llama computes with"));
}

}  // namespace
}  // namespace radixlab
