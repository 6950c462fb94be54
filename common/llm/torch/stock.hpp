/// \file
/// The stock-operator path: the same Llama by LibTorch's usual operators, as one would write it without this course.
///
/// It is the outside yardstick. It shares the readers of common/io with our own path and nothing else: no kernel, no KV
/// pool, no prefix cache. Every request computes all of its tokens; decoding within a request has an ordinary dense KV
/// cache. float32, or bfloat16 for weights, activations, KV cache and logits, as Hugging Face runs such a checkpoint.
/// Its bits are its own: matrix products of other row counts add up in another order, so its logits come close to ours
/// and are not equal (docs: the numeric policy).
///
/// This header names no LibTorch type, so what includes it compiles without; what links radixlab_stock loads LibTorch.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "contract/cache_manager.hpp"
#include "io/dtype.hpp"

namespace radixlab {

/// A model and the one request that it runs. One thread at a time; sets LibTorch's thread count, which is the
/// process's.
class StockModel {
 public:
  /// Reads a Hugging Face Llama directory and converts its weights to `type`, DType::f32 or DType::bf16. `threads` >= 1
  /// computing threads. Throws InputError on a bad directory, std::invalid_argument on zero threads or another type.
  StockModel(const std::filesystem::path& directory, DType type, std::size_t threads);
  ~StockModel();
  StockModel(StockModel&&) noexcept;
  StockModel& operator=(StockModel&&) noexcept;

  std::size_t vocab_size() const;
  std::size_t length() const;    ///< [tokens] of the request so far
  std::size_t kv_bytes() const;  ///< [bytes] that its KV cache has reserved

  /// Starts a request and forgets the one before: runs `tokens` [n], n >= 1, from nothing. Returns logits [vocab] of
  /// the last token, or of every token [n, vocab] where `all_rows`. Throws std::invalid_argument, and leaves the
  /// request before as it was, where there is no token, one lies outside the vocabulary, or n exceeds
  /// max_position_embeddings.
  std::vector<float> prefill(std::span<const TokenId> tokens, bool all_rows = false);

  /// Goes on with one token, and returns the logits [vocab] behind it. Throws as prefill does, and std::logic_error
  /// where no request was started.
  std::vector<float> decode(TokenId token);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace radixlab
