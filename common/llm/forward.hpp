/// \file
/// The small Llama's forward pass over pages: only the tokens that no cache has are computed.
///
///   hidden = embed(tokens)
///   every layer:  hidden += o(attention(rotary(q(norm(hidden))), pages))     K and V are written to the pages first
///                 hidden += down(silu(gate(norm(hidden))) * up(norm(hidden)))
///   logits = lm_head(norm(hidden))            asked for apart, and only for the rows that are needed
///
/// It works on plain views, links no LibTorch and knows no cache manager: a sequence brings its page table along.
/// A row's bits depend on its own tokens and positions alone, never on chunking, neighbours, threads or page order
/// (docs/numerics.md), which is why a cached page may stand in for computing.
#pragma once
#include <cstddef>
#include <span>

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

class Forward {
 public:
  /// `model` and `pool` must outlive it.
  Forward(const Model& model, Isa isa, ThreadPool& pool);

  /// Computes `sequence` and writes its KV into `kv`. Returns the hidden state before the last norm [n, hidden_size],
  /// good until the next call. O(n (parameters + start + n)). Throws, with nothing written, for ids beyond the
  /// vocabulary, too few pages, or positions beyond max_position_embeddings.
  std::span<const float> run(const Sequence& sequence, KvPool& kv);

  /// logits [rows, vocab_size] of hidden states [rows, hidden_size].
  void logits(std::span<const float> hidden, std::span<float> logits);

  const Model& model() const { return model_; }
  Isa isa() const { return kernels_.isa(); }
  std::size_t tokens_computed() const { return tokens_computed_; }  ///< since the beginning

 private:
  void check(const Sequence& sequence, const KvPool& kv) const;
  void block(std::size_t rows, std::size_t start, std::span<const PageId> pages, KvPool& kv, float* hidden);
  void attention(const LayerWeights& w, std::size_t rows, std::size_t start, std::span<const PageId> pages,
                 const KvLayer<float>& kv, float* hidden);
  void feed_forward(const LayerWeights& w, std::size_t rows, float* hidden);

  const Model& model_;
  Kernels kernels_;
  RotaryTable rotary_;
  std::size_t tokens_computed_ = 0;
  HugeBuffer<float> hidden_;                              // [rows of the call, hidden_size]
  HugeBuffer<float> normed_, q_, k_, v_, mixed_, delta_;  // [kBlockRows, ...]
  HugeBuffer<float> gate_, up_;                           // [kBlockRows, intermediate_size]
};

}  // namespace radixlab
