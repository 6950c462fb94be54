/// \file
/// The operations of a Llama in float32 or bfloat16 on the CPU, each with one result to the last bit: docs/numerics.md.
///
/// K1 An output row depends on its own inputs alone: not on the other rows or sequences of the call, the number of
///    threads, the instruction set, the size or order of pages, or how a prompt was cut into chunks.
/// K2 What stands in a place that is not asked for (a page's free places, a matrix's padding) reaches no output.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/cpu/isa.hpp"
#include "kernels/cpu/kv_layer.hpp"
#include "kernels/cpu/packed_matrix.hpp"
#include "kernels/cpu/thread_pool.hpp"

namespace radixlab {

struct IsaTable;

/// The rows that one sequence brings to a call. A call takes those of several sequences, a ragged batch: its arrays hold
/// all rows, sequence after sequence.
struct SequenceRows {
  std::size_t rows, start;               ///< they stand at the positions start .. start + rows - 1
  std::span<const std::uint32_t> pages;  ///< position j lies in place j % page_size of pages[j / page_size]
};

/// T is float or BFloat16. Inside an operation everything is float32; what has type T is rounded to it once, at the
/// end. Borrows the pool, which must outlive it. Arrays are dense and row-major; outputs must not overlap inputs except
/// where said. One call at a time a pool.
class Kernels {
 public:
  /// Throws std::invalid_argument if this machine lacks the instruction set.
  Kernels(Isa isa, ThreadPool& pool);

  Isa isa() const { return isa_; }

  /// y[r][n] = sum over k of x[r][k] * w[n][k]; x [rows, k], y [rows, n].
  template <typename T>
  void linear(const T* x, std::size_t rows, const PackedMatrix<T>& w, T* y) const;

  /// The same for logits: the sums are not rounded to T.
  template <typename T>
  void head(const T* x, std::size_t rows, const PackedMatrix<T>& w, float* y) const;

  /// y [rows, d] from x [rows, d], d = weight.size(). y may be x.
  template <typename T>
  void rms_norm(const T* x, std::size_t rows, std::span<const float> weight, float eps, T* y) const;

  /// Rotates x [rows, heads, head_dim] in place, the halves of a head against each other; cos, sin [rows, head_dim /
  /// 2].
  template <typename T>
  void rotary(T* x, std::size_t rows, std::size_t heads, std::size_t head_dim, const float* cos,
              const float* sin) const;

  /// out[i] = silu(gate[i]) * up[i] for i < n. out may be gate or up.
  template <typename T>
  void silu_gate(const T* gate, const T* up, std::size_t n, T* out) const;

  /// x[i] += y[i] for i < n.
  template <typename T>
  void add(T* x, const T* y, std::size_t n) const;

  /// Puts k, v [rows of the batch, kv_heads, head_dim] at their positions. Throws std::invalid_argument, with nothing
  /// written, if the pages of a sequence are too few. O(rows).
  template <typename T>
  void write_kv(const T* k, const T* v, std::span<const SequenceRows> batch, const KvLayer<T>& layer) const;

  /// Causal attention: row r of a sequence, in q [rows of the batch, heads, head_dim], sees the keys 0 to start + r of its
  /// sequence, which are written already. Query head h reads KV head h / (heads / kv_heads). out [rows of the batch, heads,
  /// head_dim]. Throws std::invalid_argument if the pages of a sequence are too few or heads is no multiple of kv_heads.
  /// O(sum of the keys that the rows see). Where page_size is no multiple of 16, the calling thread keeps memory for the
  /// keys of the longest sequence, or for 2^18 numbers a thread of the pool.
  template <typename T>
  void attention(const T* q, std::span<const SequenceRows> batch, std::size_t heads, const KvLayer<T>& layer,
                 T* out) const;

 private:
  Isa isa_;
  const IsaTable* table_;
  ThreadPool* pool_;
};

}  // namespace radixlab
