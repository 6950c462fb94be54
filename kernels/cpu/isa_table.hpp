/// \file
/// What an instruction set offers: plain functions on plain pointers. The files behind it are compiled with flags of
/// their own, so this header, which they include, holds no inline code: the linker keeps one copy of an inline
/// function, and it might keep the one that only a newer processor can run.
#pragma once
#include <cstddef>
#include <cstdint>

namespace radixlab {

enum class Isa;

struct LinearArgs {
  const float* x;  // [rows, k]
  std::size_t rows, k;
  const float* panels;  // [ceil(n / 16)][k][16]
  std::size_t n;
  float* y;  // [rows, n]
};

struct AttentionArgs {
  const float* q;  // [rows, heads, head_dim]
  float* out;      // [rows, heads, head_dim]
  std::size_t start, heads, kv_heads, head_dim, page_size;
  const float* base;  // page p begins at base + p * page_stride
  std::size_t page_stride, value_offset;
  const std::uint32_t* pages;
  const float* packed_keys;  // [kv_heads, blocks, head_dim, 16], or null where blocks of 16 are read in their pages
  std::size_t blocks;        // of 16 positions, that the last row sees
  float scale;
};

struct IsaTable {
  /// Outputs 16 * panel_begin .. min(n, 16 * panel_end) - 1 of all rows.
  void (*linear)(const LinearArgs&, std::size_t panel_begin, std::size_t panel_end);
  void (*rms_norm)(const float* x, std::size_t d, const float* weight, float eps, float* y);  // one row
  void (*rotate)(float* x, std::size_t half, const float* cos, const float* sin);             // one head of one row
  void (*silu_gate)(const float* gate, const float* up, std::size_t n, float* out);
  void (*add)(float* x, const float* y, std::size_t n);
  void (*exp)(const float* x, std::size_t n, float* out);  // nothing but tests calls it from outside
  /// Query rows begin .. end-1 of one KV head, counted position by position and within one head by head of the group.
  /// scratch [attention_scratch_floats], on a multiple of 64 bytes.
  void (*attention)(const AttentionArgs&, std::size_t kv_head, std::size_t begin, std::size_t end, float* scratch);
  std::size_t tile_rows;  // of the register tile: work is best cut into multiples of it
};

/// Throws std::invalid_argument if this machine or build lacks it.
const IsaTable& isa_table(Isa isa);

const IsaTable& scalar_table();
const IsaTable& avx2_table();
const IsaTable& avx512_table();

}  // namespace radixlab
