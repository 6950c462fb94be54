#include "00-baseline/reference.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>

#include "io/llama_tensors.hpp"
#include "kernels/cpu/flush_to_zero.hpp"

namespace radixlab {
namespace {

// Sixteen partial sums, added up as a tree: the order in which sixteen lanes of a vector register are added
// (numerics.md).
struct LaneSum {
  std::array<float, 16> lane{};
  float total() {
    for (std::size_t width = 8; width > 0; width /= 2) {
      for (std::size_t i = 0; i < width; ++i) lane[i] += lane[i + width];
    }
    return lane[0];
  }
};

// e^x by a polynomial: the numbers and the order are those of docs/numerics.md.
float exponential(float x) {
  const float shifted = std::fma(x, 0x1.715476p+0f, 0x1.8p+23f);  // x / ln 2 as an integer in the low bits
  const float n = shifted - 0x1.8p+23f;
  float f = std::fma(n, -0x1.62e43p-1f, x);
  f = std::fma(n, 0x1.05c61p-29f, f);
  float p = 0x1.6ac6b2p-10f;
  for (const float c : {0x1.123dep-7f, 0x1.555858p-5f, 0x1.55548cp-3f, 0x1.fffffcp-2f, 1.0f, 1.0f})
    p = std::fma(p, f, c);
  if (x > 88.0f) return std::numeric_limits<float>::infinity();
  if (x < -87.0f) return 0.0f;
  return p * std::bit_cast<float>((std::bit_cast<std::uint32_t>(shifted) << 23) + 0x3f800000u);
}

// How fast pair i of a head turns: radians a token, as numerics.md says under "Rotary embedding".
float turning_speed(const ModelConfig& c, std::size_t i) {
  const float exponent = static_cast<float>(2 * i) / static_cast<float>(c.head_dim);
  const float speed = 1.0f / static_cast<float>(std::pow(static_cast<float>(c.rope_theta), double{exponent}));
  const RopeScaling& stretch = c.rope_scaling;
  if (stretch.type == RopeScaling::Type::none) return speed;
  const float slow = speed / static_cast<float>(stretch.factor);
  if (stretch.type == RopeScaling::Type::linear) return slow;

  const double context = static_cast<double>(stretch.original_max_position_embeddings);
  const double low = stretch.low_freq_factor, high = stretch.high_freq_factor;
  const float wave = 1.0f / speed * static_cast<float>(2 * 3.14159265358979323846);
  if (wave > static_cast<float>(context / low)) return slow;
  if (wave < static_cast<float>(context / high)) return speed;
  float fast_share = 1.0f / wave * static_cast<float>(context) - static_cast<float>(low);
  fast_share /= static_cast<float>(high - low);
  return (1.0f - fast_share) * speed / static_cast<float>(stretch.factor) + fast_share * speed;
}

}  // namespace

Reference::Reference(const std::filesystem::path& directory, DType type)
    : config_(read_model_config(directory)), type_(type) {
  if (type != DType::f32 && type != DType::bf16) throw std::invalid_argument("the reference computes in F32 or BF16");
  const Checkpoint checkpoint = llama_checkpoint(directory, config_);
  const ModelConfig& c = config_;
  const std::size_t hidden = c.hidden_size, inner = c.intermediate_size;
  const std::size_t q_size = c.query_size(), kv_size = c.kv_size();
  embedding_ = read_matrix(checkpoint, "model.embed_tokens.weight", c.vocab_size, hidden);
  for (std::size_t i = 0; i < c.num_hidden_layers; ++i) {
    const std::string at = "model.layers." + std::to_string(i) + ".";
    layers_.push_back({read_vector(checkpoint, at + "input_layernorm.weight", hidden),
                       read_vector(checkpoint, at + "post_attention_layernorm.weight", hidden),
                       read_matrix(checkpoint, at + "self_attn.q_proj.weight", q_size, hidden),
                       read_matrix(checkpoint, at + "self_attn.k_proj.weight", kv_size, hidden),
                       read_matrix(checkpoint, at + "self_attn.v_proj.weight", kv_size, hidden),
                       read_matrix(checkpoint, at + "self_attn.o_proj.weight", hidden, q_size),
                       read_matrix(checkpoint, at + "mlp.gate_proj.weight", inner, hidden),
                       read_matrix(checkpoint, at + "mlp.up_proj.weight", inner, hidden),
                       read_matrix(checkpoint, at + "mlp.down_proj.weight", hidden, inner)});
  }
  norm_ = read_vector(checkpoint, "model.norm.weight", hidden);
  lm_head_ = c.tie_word_embeddings ? embedding_ : read_matrix(checkpoint, "lm_head.weight", c.vocab_size, hidden);
}

std::vector<float> Reference::logits(std::span<const TokenId> tokens) const {
  const FlushToZero guard;
  std::vector<KeysAndValues> past(layers_.size());
  Vector all;
  for (std::size_t position = 0; position < tokens.size(); ++position) {
    const auto token = static_cast<std::size_t>(tokens[position]);
    if (tokens[position] < 0 || token >= config_.vocab_size)
      throw std::invalid_argument("token id beyond the vocabulary");
    const auto row = embedding_.values.begin() + static_cast<std::ptrdiff_t>(token * config_.hidden_size);
    Vector hidden(row, row + static_cast<std::ptrdiff_t>(config_.hidden_size));
    for (std::size_t i = 0; i < layers_.size(); ++i) layer(layers_[i], position, past[i], hidden);
    const Vector row_logits = multiply(lm_head_, norm(hidden, norm_));
    all.insert(all.end(), row_logits.begin(), row_logits.end());
  }
  return all;
}

void Reference::layer(const Layer& w, std::size_t position, KeysAndValues& past, Vector& hidden) const {
  const Vector x = norm(hidden, w.input_norm);
  Vector q = rounded(multiply(w.q, x)), k = rounded(multiply(w.k, x));
  const Vector v = rounded(multiply(w.v, x));
  rotate(q, position);
  rotate(k, position);
  past.keys.insert(past.keys.end(), k.begin(), k.end());
  past.values.insert(past.values.end(), v.begin(), v.end());
  const Vector attended = rounded(multiply(w.o, attend(q, past)));
  for (std::size_t i = 0; i < hidden.size(); ++i) hidden[i] = rounded(hidden[i] + attended[i]);

  const Vector y = norm(hidden, w.post_attention_norm);
  Vector gate = rounded(multiply(w.gate, y));
  const Vector up = rounded(multiply(w.up, y));
  for (std::size_t i = 0; i < gate.size(); ++i) gate[i] = rounded(gate[i] / (1.0f + exponential(-gate[i])) * up[i]);
  const Vector fed = rounded(multiply(w.down, gate));
  for (std::size_t i = 0; i < hidden.size(); ++i) hidden[i] = rounded(hidden[i] + fed[i]);
}

// x in the model's type: bfloat16 keeps the upper half of a float's bits, to the nearest.
float Reference::rounded(float x) const { return type_ == DType::bf16 ? bf16_to_f32(f32_to_bf16(x)) : x; }

Reference::Vector Reference::rounded(Vector x) const {
  for (float& value : x) value = rounded(value);
  return x;
}

// One chain of fused multiply-adds, in order. In bfloat16 a tile sum: of each 32 numbers, counted from the first, those at
// even and those at odd places are a chain each; what is missing of the last 32 is zero. It is the order of the processors'
// matrix units.
float Reference::dot(std::span<const float> a, std::span<const float> b) const {
  float sum = 0;
  if (type_ == DType::f32) {
    for (std::size_t i = 0; i < a.size(); ++i) sum = std::fma(a[i], b[i], sum);
    return sum;
  }
  for (std::size_t begin = 0; begin < a.size(); begin += 32) {
    float chain[2] = {0, 0};
    for (std::size_t i = begin; i < begin + 32; ++i) {
      const bool there = i < a.size();
      chain[i % 2] = std::fma(there ? a[i] : 0.0f, there ? b[i] : 0.0f, chain[i % 2]);
    }
    sum += chain[0] + chain[1];
  }
  return sum;
}

// A sum an output, not rounded: the head's logits stay as they are, all else rounds once what it gets.
Reference::Vector Reference::multiply(const Matrix& w, const Vector& x) const {
  Vector y(w.outputs);
  for (std::size_t n = 0; n < w.outputs; ++n) y[n] = dot(x, std::span(w.values).subspan(n * w.inputs, w.inputs));
  return y;
}

Reference::Vector Reference::norm(const Vector& x, const Vector& weight) const {
  LaneSum squares;
  for (std::size_t i = 0; i < x.size(); ++i) squares.lane[i % 16] = std::fma(x[i], x[i], squares.lane[i % 16]);
  const float mean = squares.total() / static_cast<float>(x.size());
  const bool finite = std::isfinite(mean);  // 1 / sqrt(infinity) would make zeros of an overflow
  const float scale = finite ? 1.0f / std::sqrt(mean + static_cast<float>(config_.rms_norm_eps)) : NAN;
  Vector y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = rounded(x[i] * scale * weight[i]);
  return y;
}

// Turns each pair (i, i + head_dim / 2) of each head by an angle that grows with the position.
void Reference::rotate(Vector& heads, std::size_t position) const {
  const std::size_t half = config_.head_dim / 2;
  for (std::size_t i = 0; i < half; ++i) {
    const double angle = static_cast<float>(position) * turning_speed(config_, i);
    const float cos = static_cast<float>(std::cos(angle)), sin = static_cast<float>(std::sin(angle));
    for (std::size_t head = 0; head < heads.size(); head += config_.head_dim) {
      const float a = heads[head + i], b = heads[head + i + half];
      heads[head + i] = rounded(std::fma(-b, sin, a * cos));
      heads[head + i + half] = rounded(std::fma(a, sin, b * cos));
    }
  }
}

// Each query head looks at all keys so far; query heads share a key head in groups.
Reference::Vector Reference::attend(const Vector& q, const KeysAndValues& past) const {
  const std::size_t dim = config_.head_dim, kv_size = config_.kv_size();
  const std::size_t length = past.keys.size() / kv_size;
  const std::size_t group = config_.heads_per_kv_head();
  const float scale = 1.0f / std::sqrt(static_cast<float>(dim));
  Vector out(q.size());
  for (std::size_t head = 0; head < config_.num_attention_heads; ++head) {
    const std::size_t shared = head / group * dim;  // where this head's key and value lie in a token's
    Vector weights(length);
    const auto query = std::span(q).subspan(head * dim, dim);
    for (std::size_t j = 0; j < length; ++j)
      weights[j] = dot(query, std::span(past.keys).subspan(j * kv_size + shared, dim)) * scale;
    const float top = *std::ranges::max_element(weights);
    LaneSum sum;
    for (std::size_t j = 0; j < length; ++j) sum.lane[j % 16] += weights[j] = rounded(exponential(weights[j] - top));
    const float share = 1.0f / sum.total();
    Vector values(length);  // one number of each position's value
    for (std::size_t d = 0; d < dim; ++d) {
      for (std::size_t j = 0; j < length; ++j) values[j] = past.values[j * kv_size + shared + d];
      float mixed = dot(weights, values);
      if (type_ == DType::bf16) mixed += 0.0f;  // of -0 it makes +0
      out[head * dim + d] = rounded(mixed * share);
    }
  }
  return out;
}

Reference::Matrix Reference::read_matrix(const Checkpoint& checkpoint, const std::string& name, std::size_t outputs,
                                         std::size_t inputs) const {
  Matrix m{outputs, inputs, Vector(outputs * inputs)};
  widen(checkpoint.at(name, {outputs, inputs}), 0, m.values);
  m.values = rounded(std::move(m.values));
  return m;
}

Reference::Vector Reference::read_vector(const Checkpoint& checkpoint, const std::string& name,
                                         std::size_t size) const {
  Vector values(size);
  widen(checkpoint.at(name, {size}), 0, values);
  return rounded(std::move(values));
}

}  // namespace radixlab
