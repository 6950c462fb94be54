/// \file
/// The small Llama's forward pass over pages: only the tokens that no cache has are computed.
///
///   hidden = embed(tokens)
///   every layer:  hidden += o(attention(rotary(q(norm(hidden))), pages))     K and V are written to the pages first
///                 hidden += down(silu(gate(norm(hidden))) * up(norm(hidden)))
///   logits = lm_head(norm(hidden))            asked for apart, and only for the rows that are needed
///
/// It works on plain views, links no LibTorch and knows no cache manager: a sequence brings its page table along.
/// Sequences are computed in batches: all their rows go through each matrix together, so that a weight that comes from
/// memory serves them all. A row's bits depend on its own tokens and positions alone, never on chunking, on the other
/// sequences of its batch, on threads or page order
/// (docs/numerics.md), which is why a cached page may stand in for computing. The type that is computed in is the
/// model's; hidden states leave and come back as float32, which holds every bfloat16 exactly.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <variant>

#include "contract/cache_manager.hpp"
#include "kernels/cpu/huge_pages.hpp"
#include "kernels/cpu/kernels.hpp"
#include "llm/kv_pool.hpp"
#include "llm/model.hpp"
#include "llm/rotary_table.hpp"

namespace radixlab {

/// What is computed of one request in one call.
struct Sequence {
  std::span<const TokenId> tokens;  ///< to be computed now [n > 0]
  std::size_t start = 0;            ///< position of the first one: `start` tokens before it have their KV in the pages
  std::span<const PageId> pages;    ///< its page table [at least ceil((start + n) / P)]
};

/// The arrays that a pass in type T works in; each grows with the largest call so far.
template <class T>
struct WorkSpace {
  HugeBuffer<T> hidden, normed, q, k, v, mixed, delta;  ///< [rows of a block, ...]
  HugeBuffer<T> gate, up;                               ///< [rows of a block, intermediate_size]
};

class Forward {
 public:
  /// Rows that pass through all layers together. Enough to use each weight often once it is in the cache, and few enough
  /// that the activations stay there too. No bit depends on it.
  static constexpr std::size_t kBlockRows = 512;

  /// `model` and `pool` must outlive it.
  Forward(const Model& model, Isa isa, ThreadPool& pool);

  /// Computes a batch and writes its KV into `kv`, a pool of the model's type. Returns the hidden states before the last
  /// norm [rows of all sequences, hidden_size], sequence after sequence, good until the next call. A sequence may start
  /// in pages that others read too; a page that it writes must be no other's. O(sum of n (parameters + start + n)).
  ///
  /// Throws std::invalid_argument that names the sequence, with nothing written, for ids beyond the vocabulary, too few
  /// pages, positions beyond max_position_embeddings, and a page that one sequence writes and another uses; also for an
  /// empty batch or sequence and a pool of another type.
  std::span<const float> run(std::span<const Sequence> batch, KvPool& kv) { return compute(batch, kv, nullptr); }
  std::span<const float> run(const Sequence& sequence, KvPool& kv) { return run(std::span(&sequence, 1), kv); }

  /// Computes `sequence` once more, looks at its last row behind the embedding (0) and behind each layer (1, 2 ...), and
  /// returns the first of these places at which it has a number that is not finite. Nothing if it stays finite: only the
  /// head is left then. Throws as run() does.
  std::optional<std::size_t> first_broken(const Sequence& sequence, KvPool& kv);

  /// logits [rows, vocab_size] of hidden states [rows, hidden_size] that run() gave.
  void logits(std::span<const float> hidden, std::span<float> logits);

  const Model& model() const { return model_; }
  Isa isa() const { return kernels_.isa(); }
  std::size_t tokens_computed() const { return tokens_computed_; }  ///< since the beginning

 private:
  /// One block of rows on its way through the layers.
  template <class T>
  struct Block {
    T* hidden;  ///< [rows, hidden_size]
    std::size_t rows;
    std::span<const SequenceRows> sequences;  ///< whose rows they are
    std::optional<std::size_t>* broken;       ///< as first_broken() returns it; nullptr: nobody looks
  };

  std::span<const float> compute(std::span<const Sequence> batch, KvPool& kv, std::optional<std::size_t>* broken);
  void check(const Sequence& sequence, const KvPool& kv) const;
  void check(std::span<const Sequence> batch, const KvPool& kv) const;
  void gather_angles(std::span<const SequenceRows> sequences);
  template <class T>
  void block(const Block<T>& b, KvPool& kv);
  template <class T>
  void look(const Block<T>& b, std::size_t layers) const;
  template <class T>
  void attention(const LayerWeights<T>& w, const Block<T>& b, const KvLayer<T>& kv);
  template <class T>
  void feed_forward(const LayerWeights<T>& w, const Block<T>& b);

  const Model& model_;
  Kernels kernels_;
  RotaryTable rotary_;
  std::size_t tokens_computed_ = 0;
  HugeBuffer<float> hidden_;     // [rows of the call, hidden_size]: what run() returns
  HugeBuffer<float> cos_, sin_;  // [rows of the block, head_dim / 2]: each row's angles
  std::variant<WorkSpace<float>, WorkSpace<BFloat16>> work_;
};

}  // namespace radixlab
