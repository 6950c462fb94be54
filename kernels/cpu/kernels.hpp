/// \file
/// The operations of a Llama in float32 on the CPU, each with one result to the last bit: docs/numerics.md.
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

/// Borrows the pool, which must outlive it. Arrays are dense and row-major; outputs must not overlap inputs except
/// where said. One call at a time a pool.
class Kernels {
 public:
  /// Throws std::invalid_argument if this machine lacks the instruction set.
  Kernels(Isa isa, ThreadPool& pool);

  Isa isa() const { return isa_; }

  /// y[r][n] = sum over k of x[r][k] * w[n][k]; x [rows, k], y [rows, n].
  void linear(const float* x, std::size_t rows, const PackedMatrix& w, float* y) const;

  /// y [rows, d] from x [rows, d], d = weight.size(). y may be x.
  void rms_norm(const float* x, std::size_t rows, std::span<const float> weight, float eps, float* y) const;

  /// Rotates x [rows, heads, head_dim] in place, the halves of a head against each other; cos, sin [rows, head_dim /
  /// 2].
  void rotary(float* x, std::size_t rows, std::size_t heads, std::size_t head_dim, const float* cos,
              const float* sin) const;

  /// out[i] = silu(gate[i]) * up[i] for i < n. out may be gate or up.
  void silu_gate(const float* gate, const float* up, std::size_t n, float* out) const;

  /// x[i] += y[i] for i < n.
  void add(float* x, const float* y, std::size_t n) const;

  /// Puts k, v [rows, kv_heads, head_dim] at positions start .. start + rows - 1; position j lies in place j %
  /// page_size of pages[j / page_size]. Throws std::invalid_argument if the pages are too few.
  void write_kv(const float* k, const float* v, std::size_t rows, std::size_t start, const KvLayer& layer,
                std::span<const std::uint32_t> pages) const;

  /// Causal attention: row r of q [rows, heads, head_dim] stands at position start + r and sees the keys 0 .. start +
  /// r. Query head h reads KV head h / (heads / kv_heads). out [rows, heads, head_dim]. Throws std::invalid_argument if
  /// the pages are too few or heads is no multiple of kv_heads.
  void attention(const float* q, std::size_t rows, std::size_t start, std::size_t heads, const KvLayer& layer,
                 std::span<const std::uint32_t> pages, float* out) const;

 private:
  Isa isa_;
  const IsaTable* table_;
  ThreadPool* pool_;
};

}  // namespace radixlab
