/// \file
/// The operations of a Llama in float32 or bfloat16 on the CPU, each with one result to the last bit: docs/numerics.md.
///
/// K1 An output row depends on its own inputs alone: not on the other rows, the number of threads, the instruction set,
///    the size or order of pages, or how a prompt was cut into chunks.
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

  /// Puts k, v [rows, kv_heads, head_dim] at positions start .. start + rows - 1; position j lies in place j %
  /// page_size of pages[j / page_size]. Throws std::invalid_argument if the pages are too few.
  template <typename T>
  void write_kv(const T* k, const T* v, std::size_t rows, std::size_t start, const KvLayer<T>& layer,
                std::span<const std::uint32_t> pages) const;

  /// Causal attention: row r of q [rows, heads, head_dim] stands at position start + r and sees the keys 0 .. start +
  /// r. Query head h reads KV head h / (heads / kv_heads). out [rows, heads, head_dim]. Throws std::invalid_argument if
  /// the pages are too few or heads is no multiple of kv_heads.
  template <typename T>
  void attention(const T* q, std::size_t rows, std::size_t start, std::size_t heads, const KvLayer<T>& layer,
                 std::span<const std::uint32_t> pages, T* out) const;

 private:
  Isa isa_;
  const IsaTable* table_;
  ThreadPool* pool_;
};

}  // namespace radixlab
