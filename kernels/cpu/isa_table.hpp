/// \file
/// What an instruction set offers: plain functions on plain pointers. The files behind it are compiled with flags of
/// their own, so this header, which they include, holds no inline code: the linker keeps one copy of an inline
/// function, and it might keep the one that only a newer processor can run.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/cpu/bfloat16.hpp"
#include "kernels/cpu/kv_layer.hpp"

namespace radixlab {

enum class Isa;

/// T is the type of x and weights, Y that of the results.
template <typename T, typename Y>
struct LinearArgs {
  const T* x;  // [rows, k]
  std::size_t rows, k, steps;
  const T* panels;  // [ceil(n / 16)][steps][16][kStep<T>], as PackedMatrix has them
  std::size_t n;
  Y* y;  // [rows, n]
};

constexpr std::size_t kLinearRows = 252;    // of x that are used again for each group of panels
constexpr std::size_t kLinearSteps = 1024;  // of a sum before the others go on, whole blocks: 4 panels are 256 KiB

template <typename T>
struct AttentionArgs {  // of one sequence
  const T* q;           // [rows, heads, head_dim]
  T* out;               // [rows, heads, head_dim]
  std::size_t rows, start, heads;
  KvLayer<T> kv;
  const std::uint32_t* pages;
  T* packed_keys;      // [kv_heads, blocks, head_dim / s, 16, s], or null where blocks of 16 are read in their pages
  std::size_t blocks;  // of 16 positions, that the last row sees
  float scale;
};

template <typename T>
struct TypeTable {
  /// Outputs 16 * panel_begin .. min(n, 16 * panel_end) - 1 of all rows.
  void (*linear)(const LinearArgs<T, T>&, std::size_t panel_begin, std::size_t panel_end, float* scratch);
  void (*head)(const LinearArgs<T, float>&, std::size_t panel_begin, std::size_t panel_end, float* scratch);
  std::size_t (*linear_scratch)(std::size_t rows, std::size_t steps, std::size_t panels);  // [floats] of the two above
  void (*rms_norm)(const T* x, std::size_t d, const float* weight, float eps, T* y);       // one row
  void (*rotate)(T* x, std::size_t half, const float* cos, const float* sin);              // one head of one row
  void (*silu_gate)(const T* gate, const T* up, std::size_t n, T* out);
  void (*add)(T* x, const T* y, std::size_t n);
  /// Query rows begin .. end-1 of one KV head, counted position by position and within one head by head of the group.
  /// scratch on a multiple of 64 bytes.
  void (*attention)(const AttentionArgs<T>&, std::size_t kv_head, std::size_t begin, std::size_t end, float* scratch);
  std::size_t (*attention_scratch)(const AttentionArgs<T>&, std::size_t rows);  // [floats]
};

struct IsaTable {
  TypeTable<float> float32;
  TypeTable<BFloat16> bfloat16;
  void (*exp)(const float* x, std::size_t n, float* out);  // the kernels' own, for sampling and tests
  std::size_t tile_rows;  // of the register tile: work is best cut into multiples of it
};

/// Throws std::invalid_argument if this machine or build lacks it.
const IsaTable& isa_table(Isa isa);

const IsaTable& scalar_table();
const IsaTable& avx2_table();
const IsaTable& avx512_table();
const IsaTable& avx512_bf16_table();
const IsaTable& amx_table();

}  // namespace radixlab
