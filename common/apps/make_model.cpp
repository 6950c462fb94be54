// Writes a Llama folder with random weights: see random_model.hpp for what they are like.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli.hpp"
#include "apps/progress.hpp"
#include "apps/random_model.hpp"
#include "io/error.hpp"

namespace radixlab {
namespace {

struct Options {
  std::string preset, out, dtype = "float32", style = "old";
  std::optional<std::size_t> vocab_size, hidden_size, layers, heads, kv_heads, head_dim, intermediate_size,
      max_positions;
  std::optional<double> rope_theta, rms_norm_eps;
  std::optional<bool> tie;
  std::string rope_scaling;
  std::vector<std::int32_t> stops;
  RandomModel model;
};

void add_sizes(CLI::App& app, Options& o) {
  const auto size = [&](const char* name, std::optional<std::size_t>& value, const char* what) {
    app.add_option(name, value, what)->check(whole_number(1))->type_name("N");
  };
  size("--vocab-size", o.vocab_size, "Tokens");
  size("--hidden-size", o.hidden_size, "Width of the residual stream");
  size("--layers", o.layers, "Layers");
  size("--heads", o.heads, "Query heads");
  size("--kv-heads", o.kv_heads, "Key and value heads; default: the preset's, or as many as --heads");
  size("--head-dim", o.head_dim, "Even; default: hidden size / heads");
  size("--intermediate-size", o.intermediate_size, "Width of the gated MLP");
  size("--max-position-embeddings", o.max_positions, "Longest sequence [tokens]");
  app.add_option("--rope-theta", o.rope_theta, "Base of the rotary embedding")->type_name("X");
  app.add_option("--rope-scaling", o.rope_scaling,
                 "linear:FACTOR or llama3:FACTOR,LOW,HIGH,ORIGINAL, as config.json names them; default: none")
      ->type_name("TYPE:NUMBERS");
  app.add_option("--rms-norm-eps", o.rms_norm_eps, "Added under the root of a norm")->type_name("X");
  app.add_flag_callback(
      "--tie", [&o] { o.tie = true; }, "The output layer is the embedding");
  app.add_flag_callback(
      "--no-tie", [&o] { o.tie = false; }, "The output layer has weights of its own");
}

void add_options(CLI::App& app, Options& o) {
  app.description(
      "Writes a Llama folder (config.json, safetensors) with seeded random weights, the same on every machine.");
  app.footer("Example:\n  make_model --preset 15m --seed 7 --dtype bfloat16 --out build/models/15m");
  const auto one_of = [&](const char* name, std::string& value, const char* what, std::vector<std::string> names) {
    app.add_option(name, value, what)->check(CLI::IsMember(std::move(names)));
  };
  app.add_option("--out", o.out, "The folder to write; must not exist or be empty")->required()->type_name("DIR");
  one_of("--preset", o.preset, "Sizes to start from", preset_names());
  add_sizes(app, o);
  one_of("--dtype", o.dtype, "Type of the weights", {"float32", "bfloat16", "float16"});
  app.add_option("--seed", o.model.seed, "Other weights for every number")->check(whole_number(0))->type_name("N");
  app.add_option("--shards", o.model.shards, "Number of safetensors files")->check(whole_number(1))->type_name("N");
  one_of("--config-style", o.style, "old: rope_theta, torch_dtype; new: rope_parameters, dtype", {"old", "new"});
  app.add_option("--eos", o.stops, "Stop tokens; default: 2")
      ->delimiter(',')
      ->check(whole_number(0))
      ->type_name("ID,...");
  app.add_flag("--generation-config", o.model.generation_config,
               "The stop tokens stand in generation_config.json, and others in config.json");
  app.add_option("--tokenizer", o.model.tokenizer, "A SentencePiece model to copy in as tokenizer.model")
      ->type_name("FILE");
}

/// Reads what --rope-scaling says; whether its numbers make sense is checked with all others.
RopeScaling rope_scaling_of(const std::string& text) {
  RopeScaling scaling;
  char rest = 0;
  if (std::sscanf(text.c_str(), "linear:%lf%c", &scaling.factor, &rest) == 1) {
    scaling.type = RopeScaling::Type::linear;
  } else if (std::sscanf(text.c_str(), "llama3:%lf,%lf,%lf,%zu%c", &scaling.factor, &scaling.low_freq_factor,
                         &scaling.high_freq_factor, &scaling.original_max_position_embeddings, &rest) == 4) {
    scaling.type = RopeScaling::Type::llama3;
  } else if (!text.empty()) {
    throw InputError(
        fmt::format("--rope-scaling is {}; expected linear:4 or llama3:8,1,4,8192, for example", quote(text)));
  }
  return scaling;
}

/// The preset, with what was asked for on top.
ModelConfig config_of(const Options& o) {
  ModelConfig config = preset_config(o.preset).value_or(ModelConfig{});
  if (o.preset.empty() && !(o.vocab_size && o.hidden_size && o.layers && o.heads && o.intermediate_size))
    throw InputError("give --preset, or all of --vocab-size --hidden-size --layers --heads --intermediate-size");
  if (o.preset.empty()) config.bos_token_id = 1, config.eos_token_ids = {2};
  const auto take = [](auto& value, const auto& asked) {
    if (asked) value = *asked;
  };
  take(config.vocab_size, o.vocab_size);
  take(config.hidden_size, o.hidden_size);
  take(config.num_hidden_layers, o.layers);
  take(config.num_attention_heads, o.heads);
  if (o.preset.empty()) config.num_key_value_heads = config.num_attention_heads;
  take(config.num_key_value_heads, o.kv_heads);
  if ((o.hidden_size || o.heads) && config.num_attention_heads > 0)
    config.head_dim = config.hidden_size / config.num_attention_heads;
  take(config.head_dim, o.head_dim);
  take(config.intermediate_size, o.intermediate_size);
  take(config.max_position_embeddings, o.max_positions);
  take(config.rope_theta, o.rope_theta);
  config.rope_scaling = rope_scaling_of(o.rope_scaling);
  take(config.rms_norm_eps, o.rms_norm_eps);
  take(config.tie_word_embeddings, o.tie);
  if (!o.stops.empty()) config.eos_token_ids = o.stops;
  config.dtype = weight_dtype(o.dtype);
  return config;
}

int make_model(Options& o) {
  o.model.config = config_of(o);
  check_model_config(o.model.config, "sizes");
  o.model.style = o.style == "old" ? ConfigStyle::older : ConfigStyle::newer;
  const std::size_t weights = o.model.config.parameter_count(), bytes = weights * dtype_size(*o.model.config.dtype);
  fmt::print("{}: {} weights, {} to write\n", o.out, grouped(weights), readable_bytes(bytes));
  std::fflush(stdout);
  Progress progress("writing " + readable_bytes(bytes), bytes);
  write_random_model(o.model, o.out, [&](std::size_t written) { progress.advance(written); });
  return exit_fine;
}

}  // namespace
}  // namespace radixlab

int main(int argc, char** argv) {
  radixlab::Options options;
  return radixlab::run_program(
      "make_model", argc, argv, [&](CLI::App& app) { radixlab::add_options(app, options); },
      [&] { return radixlab::make_model(options); });
}
