#include "llm/torch/stock.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/lerp.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/rms_norm.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tensor.h>
#include <algorithm>
#include <c10/core/InferenceMode.h>
#include <numbers>
#include <stdexcept>
#include <string>
#include <utility>

#include "io/error.hpp"
#include "io/llama_tensors.hpp"
#include "io/model_config.hpp"
#include "io/safetensors.hpp"

namespace radixlab {
namespace {

std::int64_t as_dim(std::size_t size) { return static_cast<std::int64_t>(size); }

/// Weights of a checkpoint in the type that is computed in.
struct Source {
  const Checkpoint& checkpoint;
  at::ScalarType type;

  /// One dimension or two: [rows] or [rows, columns].
  at::Tensor weight(const std::string& name, std::size_t rows, std::size_t columns = 0) const {
    const TensorView& stored = columns ? checkpoint.at(name, {rows, columns}) : checkpoint.at(name, {rows});
    at::Tensor out =
        columns ? at::empty({as_dim(rows), as_dim(columns)}, at::kFloat) : at::empty({as_dim(rows)}, at::kFloat);
    widen(stored, 0, {out.mutable_data_ptr<float>(), stored.size()});
    return out.to(type);
  }
};

struct Layer {
  at::Tensor input_norm, post_attention_norm;  // [hidden]
  at::Tensor q, k, v, o, gate, up, down;       // [outputs, inputs]
  at::Tensor keys, values;                     // the request's KV cache: [1, kv heads, capacity, head_dim]
};

Layer read_layer(const Source& source, const ModelConfig& c, std::size_t index) {
  const std::string at = "model.layers." + std::to_string(index) + ".";
  Layer layer;
  layer.input_norm = source.weight(at + "input_layernorm.weight", c.hidden_size);
  layer.post_attention_norm = source.weight(at + "post_attention_layernorm.weight", c.hidden_size);
  layer.q = source.weight(at + "self_attn.q_proj.weight", c.query_size(), c.hidden_size);
  layer.k = source.weight(at + "self_attn.k_proj.weight", c.kv_size(), c.hidden_size);
  layer.v = source.weight(at + "self_attn.v_proj.weight", c.kv_size(), c.hidden_size);
  layer.o = source.weight(at + "self_attn.o_proj.weight", c.hidden_size, c.query_size());
  layer.gate = source.weight(at + "mlp.gate_proj.weight", c.intermediate_size, c.hidden_size);
  layer.up = source.weight(at + "mlp.up_proj.weight", c.intermediate_size, c.hidden_size);
  layer.down = source.weight(at + "mlp.down_proj.weight", c.hidden_size, c.intermediate_size);
  return layer;
}

/// Cosine and sine of the rotary angles, [n, head_dim] each.
struct Rotation {
  at::Tensor cosine, sine;
};

/// Frequencies [head_dim / 2] as a stretched context wants them: llama3 goes over from the slow ones, for pairs that
/// turned seldom in the original context, to those of the training.
at::Tensor scaled(const at::Tensor& frequency, const RopeScaling& s) {
  if (s.type == RopeScaling::Type::none) return frequency;
  if (s.type == RopeScaling::Type::linear) return frequency / s.factor;
  const auto original = static_cast<double>(s.original_max_position_embeddings);
  const at::Tensor turns = frequency * (original / (2 * std::numbers::pi));
  const at::Tensor share = ((turns - s.low_freq_factor) / (s.high_freq_factor - s.low_freq_factor)).clamp(0, 1);
  return at::lerp(frequency / s.factor, frequency, share);
}

/// Turns the pairs (i, i + head_dim / 2) of `x` [1, heads, n, head_dim], as Hugging Face's checkpoints lay them out.
at::Tensor rotate(const at::Tensor& x, const Rotation& by) {
  const auto halves = x.chunk(2, -1);
  return x * by.cosine + at::cat({-halves[1], halves[0]}, -1) * by.sine;
}

}  // namespace

struct StockModel::State {
  ModelConfig config;
  at::ScalarType type;
  int threads;
  at::Tensor embedding, norm, lm_head;
  at::Tensor inverse_frequency;  // [head_dim / 2]
  std::vector<Layer> layers;
  std::size_t length = 0;    // [tokens] in the KV cache
  std::size_t capacity = 0;  // [tokens] that it has room for

  State(const std::filesystem::path& directory, DType dtype, std::size_t thread_count);
  void check(std::span<const TokenId> tokens, std::size_t from) const;
  void reserve(std::size_t tokens);
  Rotation rotation(std::size_t n) const;
  at::Tensor split_heads(const at::Tensor& x, std::size_t heads) const;
  at::Tensor norm_of(const at::Tensor& x, const at::Tensor& scale) const;
  at::Tensor attention(Layer& layer, const at::Tensor& x, const Rotation& by) const;
  std::vector<float> run(std::span<const TokenId> tokens, bool all_rows);
};

StockModel::State::State(const std::filesystem::path& directory, DType dtype, std::size_t thread_count)
    : config(read_model_config(directory)),
      type(dtype == DType::bf16 ? at::kBFloat16 : at::kFloat),
      threads(static_cast<int>(thread_count)) {
  const c10::InferenceMode guard;
  const Checkpoint checkpoint = llama_checkpoint(directory, config);
  const Source source{checkpoint, type};
  const ModelConfig& c = config;
  embedding = source.weight("model.embed_tokens.weight", c.vocab_size, c.hidden_size);
  norm = source.weight("model.norm.weight", c.hidden_size);
  lm_head = c.tie_word_embeddings ? embedding : source.weight("lm_head.weight", c.vocab_size, c.hidden_size);
  for (std::size_t i = 0; i < c.num_hidden_layers; ++i) layers.push_back(read_layer(source, c, i));
  const at::Tensor exponent = at::arange(0, as_dim(c.head_dim), 2, at::kFloat) / static_cast<double>(c.head_dim);
  inverse_frequency = scaled(at::pow(c.rope_theta, exponent).reciprocal(), c.rope_scaling);
}

void StockModel::State::check(std::span<const TokenId> tokens, std::size_t from) const {
  if (tokens.empty()) throw std::invalid_argument("stock model: a request needs at least one token");
  if (from + tokens.size() > config.max_position_embeddings) {
    throw std::invalid_argument("stock model: " + grouped(from + tokens.size()) +
                                " tokens, but max_position_embeddings is " + grouped(config.max_position_embeddings));
  }
  for (const TokenId token : tokens) {
    if (token >= 0 && static_cast<std::size_t>(token) < config.vocab_size) continue;
    throw std::invalid_argument("stock model: token " + std::to_string(token) + " is outside the vocabulary of " +
                                grouped(config.vocab_size));
  }
}

/// Room for `tokens` in all layers, doubled so that a long answer is copied rarely; what is there is kept.
void StockModel::State::reserve(std::size_t tokens) {
  if (tokens <= capacity) return;
  const std::size_t room = std::min(std::max(tokens, 2 * capacity), config.max_position_embeddings);
  const auto grow = [&](at::Tensor& cache) {
    at::Tensor larger = at::empty({1, as_dim(config.num_key_value_heads), as_dim(room), as_dim(config.head_dim)}, type);
    if (length > 0) larger.narrow(2, 0, as_dim(length)).copy_(cache.narrow(2, 0, as_dim(length)));
    cache = std::move(larger);
  };
  for (Layer& layer : layers) {
    grow(layer.keys);
    grow(layer.values);
  }
  capacity = room;
}

/// Angles in float32 and then in the model's type, as Hugging Face computes them.
Rotation StockModel::State::rotation(std::size_t n) const {
  const at::Tensor position = at::arange(as_dim(length), as_dim(length + n), at::kFloat);
  const at::Tensor half = at::outer(position, inverse_frequency);
  const at::Tensor angle = at::cat({half, half}, -1);
  return {angle.cos().to(type), angle.sin().to(type)};
}

/// [n, heads * head_dim] as [1, heads, n, head_dim].
at::Tensor StockModel::State::split_heads(const at::Tensor& x, std::size_t heads) const {
  return x.view({1, x.size(0), as_dim(heads), as_dim(config.head_dim)}).transpose(1, 2);
}

at::Tensor StockModel::State::norm_of(const at::Tensor& x, const at::Tensor& scale) const {
  return at::rms_norm(x, {as_dim(config.hidden_size)}, scale, config.rms_norm_eps);
}

/// Appends keys and values of x [n, hidden] to the cache, and attends. Either n tokens stand alone (prefill: the causal
/// mask is square) or one token sees all before it (decode: nothing to mask).
at::Tensor StockModel::State::attention(Layer& layer, const at::Tensor& x, const Rotation& by) const {
  const std::int64_t n = x.size(0), all = as_dim(length) + n;
  const at::Tensor q = rotate(split_heads(at::linear(x, layer.q), config.num_attention_heads), by);
  layer.keys.narrow(2, as_dim(length), n)
      .copy_(rotate(split_heads(at::linear(x, layer.k), config.num_key_value_heads), by));
  layer.values.narrow(2, as_dim(length), n).copy_(split_heads(at::linear(x, layer.v), config.num_key_value_heads));
  const bool grouped_heads = config.heads_per_kv_head() > 1;
  const at::Tensor mixed = at::scaled_dot_product_attention(
      q, layer.keys.narrow(2, 0, all), layer.values.narrow(2, 0, all), {}, 0.0, n > 1, std::nullopt, grouped_heads);
  return at::linear(mixed.transpose(1, 2).reshape({n, as_dim(config.query_size())}), layer.o);
}

std::vector<float> StockModel::State::run(std::span<const TokenId> tokens, bool all_rows) {
  at::set_num_threads(threads);
  reserve(length + tokens.size());
  const Rotation by = rotation(tokens.size());
  const std::vector<std::int64_t> ids(tokens.begin(), tokens.end());
  at::Tensor x = at::embedding(embedding, at::tensor(ids));
  for (Layer& layer : layers) {
    x = x + attention(layer, norm_of(x, layer.input_norm), by);
    const at::Tensor y = norm_of(x, layer.post_attention_norm);
    x = x + at::linear(at::silu(at::linear(y, layer.gate)) * at::linear(y, layer.up), layer.down);
  }
  if (!all_rows) x = x.narrow(0, x.size(0) - 1, 1);
  const at::Tensor logits = at::linear(norm_of(x, norm), lm_head).to(at::kFloat).contiguous();
  length += tokens.size();
  const float* const first = logits.const_data_ptr<float>();
  return {first, first + logits.numel()};
}

StockModel::StockModel(const std::filesystem::path& directory, DType type, std::size_t threads) {
  if (threads == 0) throw std::invalid_argument("stock model: at least one thread is needed");
  if (type != DType::f32 && type != DType::bf16) throw std::invalid_argument("stock model: computes in F32 or BF16");
  state_ = std::make_unique<State>(directory, type, threads);
}
StockModel::~StockModel() = default;
StockModel::StockModel(StockModel&&) noexcept = default;
StockModel& StockModel::operator=(StockModel&&) noexcept = default;

std::size_t StockModel::vocab_size() const { return state_->config.vocab_size; }
std::size_t StockModel::length() const { return state_->length; }
std::size_t StockModel::kv_bytes() const {
  return 2 * state_->layers.size() * state_->capacity * state_->config.kv_size() * c10::elementSize(state_->type);
}

std::vector<float> StockModel::prefill(std::span<const TokenId> tokens, bool all_rows) {
  const c10::InferenceMode guard;
  state_->check(tokens, 0);
  state_->length = 0;
  return state_->run(tokens, all_rows);
}

std::vector<float> StockModel::decode(TokenId token) {
  const c10::InferenceMode guard;
  if (state_->length == 0) throw std::logic_error("stock model: decode() before prefill()");
  state_->check({&token, 1}, state_->length);
  return state_->run({&token, 1}, false);
}

}  // namespace radixlab
