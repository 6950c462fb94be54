#include "llm/forward.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "kernels/cpu/flush_to_zero.hpp"

namespace radixlab {
namespace {

// A buffer that grows with the largest call so far.
template <class T>
T* room(HugeBuffer<T>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer = HugeBuffer<T>(size);
  return buffer.data();
}

// Rows begin .. end-1 of a batch, as the sequences that they belong to. One that begins before them or goes on behind is
// cut: what an earlier block wrote of it stands in its pages when its later rows are computed.
std::vector<SequenceRows> rows_of(std::span<const Sequence> batch, std::size_t begin, std::size_t end) {
  std::vector<SequenceRows> parts;
  std::size_t first = 0;  // row of the sequence in the batch
  for (const Sequence& s : batch) {
    const std::size_t from = std::max(begin, first), to = std::min(end, first + s.tokens.size());
    if (from < to) parts.push_back({to - from, s.start + (from - first), s.pages});
    first += s.tokens.size();
  }
  return parts;
}

// What a row reads must not depend on which sequence comes first, so a page that one of them writes is no other's.
void check_written_pages(std::span<const Sequence> batch, std::size_t page_size) {
  std::vector<std::pair<PageId, std::size_t>> written;  // page, sequence
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::size_t end = batch[i].start + batch[i].tokens.size();
    for (std::size_t at = batch[i].start / page_size; at * page_size < end; ++at)
      written.emplace_back(batch[i].pages[at], i);
  }
  std::ranges::sort(written);
  const auto refuse_unless_own = [&](PageId page, std::size_t user) {
    const auto found = std::ranges::lower_bound(written, std::pair(page, std::size_t{0}));
    if (found == written.end() || found->first != page || found->second == user) return;
    throw std::invalid_argument("forward: sequence " + std::to_string(found->second) + " of the batch writes page " +
                                std::to_string(page) + ", which sequence " + std::to_string(user) + " uses too");
  };
  for (const auto& [page, sequence] : written) refuse_unless_own(page, sequence);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    for (const PageId page : batch[i].pages.first(batch[i].start / page_size)) refuse_unless_own(page, i);
  }
}

}  // namespace

Forward::Forward(const Model& model, Isa isa, ThreadPool& pool)
    : model_(model), kernels_(isa, pool), rotary_(model.config()) {
  in_type(model.type(), [&]<class T>() { work_.emplace<WorkSpace<T>>(); });
}

std::optional<std::size_t> Forward::first_broken(const Sequence& sequence, KvPool& kv) {
  std::optional<std::size_t> broken;
  compute({&sequence, 1}, kv, &broken);
  return broken;
}

std::span<const float> Forward::compute(std::span<const Sequence> batch, KvPool& kv,
                                        std::optional<std::size_t>* broken) {
  check(batch, kv);
  const FlushToZero guard;
  const std::size_t hidden_size = model_.config().hidden_size;
  std::size_t total = 0, end = 0;  // rows; the furthest position
  for (const Sequence& s : batch) {
    total += s.tokens.size();
    end = std::max(end, s.start + s.tokens.size());
  }
  rotary_.reserve(end);
  float* const hidden = room(hidden_, total * hidden_size);
  float* embedded = hidden;
  for (const Sequence& s : batch) {
    for (const TokenId token : s.tokens) {
      model_.embed(token, {embedded, hidden_size});
      embedded += hidden_size;
    }
  }
  for (std::size_t row = 0; row < total; row += kBlockRows) {
    const std::size_t rows = std::min(kBlockRows, total - row);
    const std::span<float> states(hidden + row * hidden_size, rows * hidden_size);
    const std::vector<SequenceRows> sequences = rows_of(batch, row, row + rows);
    gather_angles(sequences);
    in_type(model_.type(), [&]<class T>() {
      T* const work = room(std::get<WorkSpace<T>>(work_).hidden, kBlockRows * hidden_size);
      std::ranges::transform(states, work, to_type<T>);
      block<T>({work, rows, sequences, broken}, kv);
      std::transform(work, work + states.size(), states.begin(), [](T x) { return from_type(x); });
    });
  }
  tokens_computed_ += total;
  return {hidden, total * hidden_size};
}

void Forward::check(std::span<const Sequence> batch, const KvPool& kv) const {
  if (batch.empty()) throw std::invalid_argument("forward: a batch needs at least one sequence");
  if (batch.size() == 1) return check(batch.front(), kv);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    try {
      check(batch[i], kv);
    } catch (const std::invalid_argument& wrong) {
      throw std::invalid_argument("sequence " + std::to_string(i) + " of the batch: " + wrong.what());
    }
  }
  check_written_pages(batch, kv.page_size());
}

void Forward::check(const Sequence& sequence, const KvPool& kv) const {
  const ModelConfig& c = model_.config();
  const std::size_t end = sequence.start + sequence.tokens.size();
  if (sequence.tokens.empty()) throw std::invalid_argument("forward: a sequence needs at least one token");
  if (end > c.max_position_embeddings || end < sequence.start) {  // or no number holds it
    throw std::invalid_argument("forward: position " + std::to_string(end - 1) + " is beyond max_position_embeddings " +
                                std::to_string(c.max_position_embeddings));
  }
  if (kv.type() != model_.type()) throw std::invalid_argument("forward: the KV pool is of another type than the model");
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

// Neighbours in a block stand at any positions, so each row gets its own copy of the table's, once for all layers.
void Forward::gather_angles(std::span<const SequenceRows> sequences) {
  const std::size_t half = model_.config().head_dim / 2;
  float *cos = room(cos_, kBlockRows * half), *sin = room(sin_, kBlockRows * half);
  for (const SequenceRows& s : sequences) {
    cos = std::copy_n(rotary_.cos(s.start), s.rows * half, cos);
    sin = std::copy_n(rotary_.sin(s.start), s.rows * half, sin);
  }
}

template <class T>
void Forward::block(const Block<T>& b, KvPool& kv) {
  const Weights<T>& weights = model_.weights<T>();
  look(b, 0);
  for (std::size_t i = 0; i < weights.layers.size(); ++i) {
    attention(weights.layers[i], b, kv.layer<T>(i));
    feed_forward(weights.layers[i], b);
    look(b, i + 1);
  }
}

// Of a block before the last one too: what is broken there is the cause of what is broken behind it.
template <class T>
void Forward::look(const Block<T>& b, std::size_t layers) const {
  if (!b.broken || *b.broken) return;
  const std::size_t width = model_.config().hidden_size;
  const T* const last = b.hidden + (b.rows - 1) * width;
  if (!std::all_of(last, last + width, [](T x) { return std::isfinite(from_type(x)); })) *b.broken = layers;
}

template <class T>
void Forward::attention(const LayerWeights<T>& w, const Block<T>& b, const KvLayer<T>& kv) {
  const ModelConfig& c = model_.config();
  auto& work = std::get<WorkSpace<T>>(work_);
  const std::size_t heads = c.num_attention_heads, kv_heads = c.num_key_value_heads;
  T* const normed = room(work.normed, kBlockRows * c.hidden_size);
  T* const q = room(work.q, kBlockRows * c.query_size());
  T* const k = room(work.k, kBlockRows * c.kv_size());
  T* const v = room(work.v, kBlockRows * c.kv_size());
  T* const mixed = room(work.mixed, kBlockRows * c.query_size());
  T* const delta = room(work.delta, kBlockRows * c.hidden_size);

  kernels_.rms_norm(b.hidden, b.rows, w.input_norm, static_cast<float>(c.rms_norm_eps), normed);
  kernels_.linear(normed, b.rows, w.q, q);
  kernels_.linear(normed, b.rows, w.k, k);
  kernels_.linear(normed, b.rows, w.v, v);
  kernels_.rotary(q, b.rows, heads, c.head_dim, cos_.data(), sin_.data());
  kernels_.rotary(k, b.rows, kv_heads, c.head_dim, cos_.data(), sin_.data());  // rotated once, when written
  kernels_.write_kv(k, v, b.sequences, kv);
  kernels_.attention(q, b.sequences, heads, kv, mixed);
  kernels_.linear(mixed, b.rows, w.o, delta);
  kernels_.add(b.hidden, delta, b.rows * c.hidden_size);
}

template <class T>
void Forward::feed_forward(const LayerWeights<T>& w, const Block<T>& b) {
  const ModelConfig& c = model_.config();
  auto& work = std::get<WorkSpace<T>>(work_);
  T* const normed = room(work.normed, kBlockRows * c.hidden_size);
  T* const gate = room(work.gate, kBlockRows * c.intermediate_size);
  T* const up = room(work.up, kBlockRows * c.intermediate_size);
  T* const delta = room(work.delta, kBlockRows * c.hidden_size);

  kernels_.rms_norm(b.hidden, b.rows, w.post_attention_norm, static_cast<float>(c.rms_norm_eps), normed);
  kernels_.linear(normed, b.rows, w.gate, gate);
  kernels_.linear(normed, b.rows, w.up, up);
  kernels_.silu_gate(gate, up, b.rows * c.intermediate_size, gate);
  kernels_.linear(gate, b.rows, w.down, delta);
  kernels_.add(b.hidden, delta, b.rows * c.hidden_size);
}

void Forward::logits(std::span<const float> hidden, std::span<float> logits) {
  const ModelConfig& c = model_.config();
  const std::size_t rows = hidden.size() / c.hidden_size;
  if (rows * c.hidden_size != hidden.size() || logits.size() != rows * c.vocab_size) {
    throw std::invalid_argument("logits: hidden is [rows, hidden_size], logits [rows, vocab_size]");
  }
  const FlushToZero guard;
  in_type(model_.type(), [&]<class T>() {
    const Weights<T>& weights = model_.weights<T>();
    T* const normed = room(std::get<WorkSpace<T>>(work_).normed, std::max(rows, kBlockRows) * c.hidden_size);
    std::ranges::transform(hidden, normed, to_type<T>);
    kernels_.rms_norm(normed, rows, weights.norm, static_cast<float>(c.rms_norm_eps), normed);
    kernels_.head(normed, rows, weights.lm_head, logits.data());
  });
}

}  // namespace radixlab
