#include "llm/forward.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "kernels/cpu/flush_to_zero.hpp"

namespace radixlab {
namespace {

// Rows that pass through all layers together. Enough to use each weight often once it is in the cache, and few enough
// that the activations stay there too. No bit depends on it.
constexpr std::size_t kBlockRows = 512;

// A buffer that grows with the largest call so far.
float* room(HugeBuffer<float>& buffer, std::size_t floats) {
  if (buffer.size() < floats) buffer = HugeBuffer<float>(floats);
  return buffer.data();
}

}  // namespace

Forward::Forward(const Model& model, Isa isa, ThreadPool& pool)
    : model_(model), kernels_(isa, pool), rotary_(model.config()) {}

std::span<const float> Forward::run(const Sequence& sequence, KvPool& kv) {
  check(sequence, kv);
  const FlushToZero guard;
  const std::size_t hidden_size = model_.config().hidden_size, total = sequence.tokens.size();
  float* const hidden = room(hidden_, total * hidden_size);
  for (std::size_t row = 0; row < total; ++row) {
    model_.embed(sequence.tokens[row], {hidden + row * hidden_size, hidden_size});
  }
  rotary_.reserve(sequence.start + total);
  for (std::size_t row = 0; row < total; row += kBlockRows) {
    const std::size_t rows = std::min(kBlockRows, total - row);
    block(rows, sequence.start + row, sequence.pages, kv, hidden + row * hidden_size);
  }
  tokens_computed_ += total;
  return {hidden, total * hidden_size};
}

void Forward::check(const Sequence& sequence, const KvPool& kv) const {
  const ModelConfig& c = model_.config();
  const std::size_t end = sequence.start + sequence.tokens.size();
  if (sequence.tokens.empty()) throw std::invalid_argument("forward: a sequence needs at least one token");
  if (end > c.max_position_embeddings) {
    throw std::invalid_argument("forward: position " + std::to_string(end - 1) + " is beyond max_position_embeddings " +
                                std::to_string(c.max_position_embeddings));
  }
  if (sequence.pages.size() * kv.page_size() < end) {
    throw std::invalid_argument("forward: " + std::to_string(end) + " tokens need more than " +
                                std::to_string(sequence.pages.size()) + " pages of " + std::to_string(kv.page_size()));
  }
  for (const PageId page : sequence.pages) {
    if (page >= kv.num_pages())
      throw std::invalid_argument("forward: page " + std::to_string(page) + " is not in the pool");
  }
  for (const TokenId token : sequence.tokens) model_.check_token(token);
}

void Forward::block(std::size_t rows, std::size_t start, std::span<const PageId> pages, KvPool& kv, float* hidden) {
  for (std::size_t i = 0; i < model_.config().num_hidden_layers; ++i) {
    attention(model_.layer(i), rows, start, pages, kv.layer(i), hidden);
    feed_forward(model_.layer(i), rows, hidden);
  }
}

void Forward::attention(const LayerWeights& w, std::size_t rows, std::size_t start, std::span<const PageId> pages,
                        const KvLayer<float>& kv, float* hidden) {
  const ModelConfig& c = model_.config();
  const std::size_t heads = c.num_attention_heads, kv_heads = c.num_key_value_heads;
  float* const normed = room(normed_, kBlockRows * c.hidden_size);
  float* const q = room(q_, kBlockRows * heads * c.head_dim);
  float* const k = room(k_, kBlockRows * kv_heads * c.head_dim);
  float* const v = room(v_, kBlockRows * kv_heads * c.head_dim);
  float* const mixed = room(mixed_, kBlockRows * heads * c.head_dim);
  float* const delta = room(delta_, kBlockRows * c.hidden_size);

  kernels_.rms_norm(hidden, rows, w.input_norm, static_cast<float>(c.rms_norm_eps), normed);
  kernels_.linear(normed, rows, w.q, q);
  kernels_.linear(normed, rows, w.k, k);
  kernels_.linear(normed, rows, w.v, v);
  kernels_.rotary(q, rows, heads, c.head_dim, rotary_.cos(start), rotary_.sin(start));
  kernels_.rotary(k, rows, kv_heads, c.head_dim, rotary_.cos(start), rotary_.sin(start));  // rotated once, when written
  kernels_.write_kv(k, v, rows, start, kv, pages);
  kernels_.attention(q, rows, start, heads, kv, pages, mixed);
  kernels_.linear(mixed, rows, w.o, delta);
  kernels_.add(hidden, delta, rows * c.hidden_size);
}

void Forward::feed_forward(const LayerWeights& w, std::size_t rows, float* hidden) {
  const ModelConfig& c = model_.config();
  float* const normed = room(normed_, kBlockRows * c.hidden_size);
  float* const gate = room(gate_, kBlockRows * c.intermediate_size);
  float* const up = room(up_, kBlockRows * c.intermediate_size);
  float* const delta = room(delta_, kBlockRows * c.hidden_size);

  kernels_.rms_norm(hidden, rows, w.post_attention_norm, static_cast<float>(c.rms_norm_eps), normed);
  kernels_.linear(normed, rows, w.gate, gate);
  kernels_.linear(normed, rows, w.up, up);
  kernels_.silu_gate(gate, up, rows * c.intermediate_size, gate);
  kernels_.linear(gate, rows, w.down, delta);
  kernels_.add(hidden, delta, rows * c.hidden_size);
}

void Forward::logits(std::span<const float> hidden, std::span<float> logits) {
  const ModelConfig& c = model_.config();
  const std::size_t rows = hidden.size() / c.hidden_size;
  if (rows * c.hidden_size != hidden.size() || logits.size() != rows * c.vocab_size) {
    throw std::invalid_argument("logits: hidden is [rows, hidden_size], logits [rows, vocab_size]");
  }
  const FlushToZero guard;
  float* const normed = room(normed_, std::max(rows, kBlockRows) * c.hidden_size);
  kernels_.rms_norm(hidden.data(), rows, model_.norm(), static_cast<float>(c.rms_norm_eps), normed);
  kernels_.linear(normed, rows, model_.lm_head(), logits.data());
}

}  // namespace radixlab
