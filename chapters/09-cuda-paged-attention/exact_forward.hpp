/// \file
/// The small Llama's whole forward pass by the exact kernels, for one sequence, as short as it goes: Forward's logits
/// (llm/forward.hpp), bit for bit, on the emulator or on a GPU.
#pragma once
#include <numeric>

#include "09-cuda-paged-attention/paged_attention.hpp"
#include "kernels/cuda/device_array.hpp"
#include "llm/model.hpp"
#include "llm/rotary_table.hpp"

namespace radixlab {

/// The weights of a model in device memory, and pages for one sequence. T is the type in which the model was read.
template <class T>
class ExactForward {
 public:
  /// Room for `positions` tokens, in pages of `page_size` tokens. The model is copied.
  ExactForward(const Model& model, std::size_t positions, std::size_t page_size)
      : config_(model.config()),
        page_size_(page_size),
        pages_(table_of((positions + page_size - 1) / page_size)),
        table_("table", pages_),
        embedding_("embedding", embedding_of(model).panels()),
        head_("lm_head", model.weights<T>().lm_head.panels()),
        norm_("norm", model.weights<T>().norm),
        cos_("cos", angles(&RotaryTable::cos, positions)),
        sin_("sin", angles(&RotaryTable::sin, positions)) {
    for (const LayerWeights<T>& w : model.weights<T>().layers) layers_.emplace_back(w, pages_.size() * page_stride());
  }

  /// Logits [tokens, vocab_size] of the next tokens of the sequence. REQUIRES: ids of the vocabulary, and room for them.
  std::vector<float> run(const std::vector<TokenId>& tokens) {
    const int rows = static_cast<int>(tokens.size());
    std::vector<int> lengths(tokens.size());
    std::iota(lengths.begin(), lengths.end(), done_ + 1);
    done_ += rows;
    const DeviceArray<int> sequence("rows.sequence", std::vector<int>(tokens.size(), 0)),
        length("rows.length", lengths);
    const DeviceArray<TokenId> on_device("tokens", tokens);
    Activations a(config_, tokens.size(), static_cast<std::size_t>(done_));
    exact::embedding(on_device.data(), rows, matrix(embedding_, config_.vocab_size, config_.hidden_size),
                     a.hidden.data());
    for (const Layer& layer : layers_) {
      attend(layer, {sequence.data(), length.data(), rows}, a);
      feed_forward(layer, rows, a);
    }
    const DeviceArray<float> logits("logits", tokens.size() * config_.vocab_size);
    norm(a.hidden, rows, norm_, a.normed);
    exact::head(a.normed.data(), rows, matrix(head_, config_.vocab_size, config_.hidden_size), logits.data());
    return logits.values();
  }

 private:
  struct Layer {
    Layer(const LayerWeights<T>& w, std::size_t pool_size)
        : input_norm("input_norm", w.input_norm),
          post_attention_norm("post_attention_norm", w.post_attention_norm),
          q("q_proj", w.q.panels()),
          k("k_proj", w.k.panels()),
          v("v_proj", w.v.panels()),
          o("o_proj", w.o.panels()),
          gate("gate_proj", w.gate.panels()),
          up("up_proj", w.up.panels()),
          down("down_proj", w.down.panels()),
          pool("pages", pool_size) {}
    DeviceArray<float> input_norm, post_attention_norm;
    DeviceArray<T> q, k, v, o, gate, up, down;
    DeviceArray<T> pool;  // nothing is written yet
  };
  struct Activations {
    Activations(const ModelConfig& c, std::size_t rows, std::size_t positions)
        : hidden("hidden", rows * c.hidden_size),
          normed("normed", rows * c.hidden_size),
          delta("delta", rows * c.hidden_size),
          q("q", rows * c.query_size()),
          k("k", rows * c.kv_size()),
          v("v", rows * c.kv_size()),
          mixed("mixed", rows * c.query_size()),
          gate("gate", rows * c.intermediate_size),
          up("up", rows * c.intermediate_size),
          scratch("scratch", attention_scratch(static_cast<int>(rows), static_cast<int>(c.num_attention_heads),
                                               static_cast<int>(positions))) {}
    DeviceArray<T> hidden, normed, delta, q, k, v, mixed, gate, up;
    DeviceArray<float> scratch;
  };

  void attend(const Layer& w, const exact::Rows& rows, Activations& a) const {
    const int heads = static_cast<int>(config_.num_attention_heads);
    const exact::Pages<T> pages{.base = w.pool.data(),
                                .page_stride = page_stride(),
                                .kv_heads = static_cast<int>(config_.num_key_value_heads),
                                .page_size = static_cast<int>(page_size_),
                                .head_dim = static_cast<int>(config_.head_dim),
                                .table = table_.data(),
                                .max_pages = static_cast<int>(pages_.size())};
    norm(a.hidden, rows.count, w.input_norm, a.normed);
    exact::linear(a.normed.data(), rows.count,
                  {{matrix(w.q, config_.query_size(), config_.hidden_size), a.q.data()},
                   {matrix(w.k, config_.kv_size(), config_.hidden_size), a.k.data()},
                   {matrix(w.v, config_.kv_size(), config_.hidden_size), a.v.data()}});
    exact::rotary_and_write(a.q.data(), a.k.data(), a.v.data(), rows, heads, cos_.data(), sin_.data(), pages);
    attention<T>({.q = a.q.data(),
                  .rows = rows,
                  .heads = heads,
                  .max_length = done_,
                  .pages = pages,
                  .scores = nullptr,
                  .inverse_sums = nullptr,
                  .out = a.mixed.data()},
                 a.scratch.data());
    linear(a.mixed, rows.count, config_.query_size(), w.o, config_.hidden_size, a.delta);
    exact::add(a.hidden.data(), a.delta.data(), a.hidden.size());
  }

  void feed_forward(const Layer& w, int rows, Activations& a) const {
    norm(a.hidden, rows, w.post_attention_norm, a.normed);
    exact::linear(a.normed.data(), rows,
                  {{matrix(w.gate, config_.intermediate_size, config_.hidden_size), a.gate.data()},
                   {matrix(w.up, config_.intermediate_size, config_.hidden_size), a.up.data()}});
    exact::silu_gate(a.gate.data(), a.up.data(), a.gate.size(), a.gate.data());
    linear(a.gate, rows, config_.intermediate_size, w.down, config_.hidden_size, a.delta);
    exact::add(a.hidden.data(), a.delta.data(), a.hidden.size());
  }

  static exact::Matrix<T> matrix(const DeviceArray<T>& w, std::size_t n, std::size_t k) {
    return {w.data(), static_cast<int>(n), static_cast<int>(k)};
  }
  static void linear(const DeviceArray<T>& x, int rows, std::size_t k, const DeviceArray<T>& w, std::size_t n,
                     const DeviceArray<T>& y) {
    exact::linear(x.data(), rows, matrix(w, n, k), y.data());
  }
  void norm(const DeviceArray<T>& x, int rows, const DeviceArray<float>& weight, const DeviceArray<T>& y) const {
    exact::rms_norm(x.data(), rows, static_cast<int>(config_.hidden_size), weight.data(),
                    static_cast<float>(config_.rms_norm_eps), y.data());
  }

  static PackedMatrix<T> embedding_of(const Model& model) {
    const ModelConfig& c = model.config();
    PackedMatrix<T> table(c.vocab_size, c.hidden_size);
    std::vector<float> row(c.hidden_size);
    for (std::size_t token = 0; token < c.vocab_size; ++token) {
      model.embed(static_cast<TokenId>(token), row);
      table.set_row(token, row);
    }
    return table;
  }
  std::vector<float> angles(const float* (RotaryTable::*of)(std::size_t) const, std::size_t positions) const {
    RotaryTable table(config_);
    table.reserve(positions);
    const float* const begin = (table.*of)(0);
    return {begin, begin + positions * (config_.head_dim / 2)};
  }
  static std::vector<std::uint32_t> table_of(std::size_t pages) {  // page p of the table is not page p of the pool
    std::vector<std::uint32_t> table(pages);
    std::iota(table.rbegin(), table.rend(), 0u);
    return table;
  }
  std::size_t page_stride() const { return 2 * config_.kv_size() * page_size_; }

  ModelConfig config_;
  std::size_t page_size_;
  int done_ = 0;  // positions that are written
  std::vector<std::uint32_t> pages_;
  DeviceArray<std::uint32_t> table_;
  DeviceArray<T> embedding_, head_;
  DeviceArray<float> norm_, cos_, sin_;
  std::vector<Layer> layers_;
};

}  // namespace radixlab
