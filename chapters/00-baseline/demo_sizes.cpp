#include <fmt/format.h>

#include "00-baseline/demo_steps.hpp"
#include "00-baseline/kv_size.hpp"
#include "apps/random_model.hpp"
#include "io/error.hpp"

namespace radixlab {
namespace {

constexpr const char* kRow = "   {:<10}{:>8}{:>10}{:>10}   {:>11}{:>13}   {:>11}{:>13}\n";

void show_row(Demo& demo, const std::string& name, const ModelConfig& config, std::size_t page_size) {
  const std::size_t wide = kv_bytes_per_token(config, DType::f32), narrow = kv_bytes_per_token(config, DType::bf16);
  fmt::print(kRow, name, config.num_hidden_layers, config.num_key_value_heads, config.head_dim, grouped(wide),
             grouped(wide * page_size), grouped(narrow), grouped(narrow * page_size));
  demo.figure("kv." + name + ".float32.token", wide);
  demo.figure("kv." + name + ".float32.page", wide * page_size);
  demo.figure("kv." + name + ".bfloat16.token", narrow);
  demo.figure("kv." + name + ".bfloat16.page", narrow * page_size);
}

ModelConfig llama_7b() {
  ModelConfig config;
  config.num_hidden_layers = config.num_attention_heads = config.num_key_value_heads = 32;
  config.head_dim = 128;
  return config;
}

// Heads that share keys and values: a smaller cache than the width of the model says.
void show_grouped_heads(Demo& demo, const std::string& preset) {
  const ModelConfig config = *preset_config(preset);
  ModelConfig every = config;
  every.num_key_value_heads = config.num_attention_heads;
  const std::size_t bytes = kv_bytes_per_token(every, DType::f32);
  fmt::print("\n   {} has {} query heads that share {} KV heads: with {} of them a token would take {} bytes.\n",
             preset, config.num_attention_heads, config.num_key_value_heads, config.num_attention_heads,
             grouped(bytes));
  demo.figure("kv." + preset + ".float32.token_without_grouping", bytes);
}

}  // namespace

void show_sizes(Demo& demo, const ModelConfig& shipped, std::size_t page_size) {
  demo.step("How large it is: 2 (K and V) x layers x KV heads x head_dim x bytes of a number, a token");
  const std::string page = fmt::format("a page of {}", page_size);
  fmt::print(kRow, "", "", "", "", "float32", "", "bfloat16", "");
  fmt::print(kRow, "", "layers", "KV heads", "head_dim", "a token", page, "a token", page);
  show_row(demo, "this model", shipped, page_size);
  for (const std::string& name : preset_names()) show_row(demo, name, *preset_config(name), page_size);
  show_row(demo, "Llama 7B", llama_7b(), page_size);
  show_grouped_heads(demo, "110m");
  const std::size_t thousand = 1000 * kv_bytes_per_token(llama_7b(), DType::f16);
  fmt::print(
      "   1,000 tokens of Llama 7B, 16 bits a number: {}. Seed 004 says \"~256 MB\": that is K or V alone (S7).\n",
      readable_bytes(thousand));
  demo.figure("kv.Llama 7B.1000_tokens", thousand);
}

}  // namespace radixlab
