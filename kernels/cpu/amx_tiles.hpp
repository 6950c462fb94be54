// AMX: eight tile registers of up to 16 rows of 64 bytes, and an instruction that adds a block of a tile sum to 16 x 16
// sums (docs/numerics.md). Included by isa_amx.cpp alone.
//
//   C [16 rows, 16 floats]  +=  A [16 rows, 16 pairs of bfloat16]  x  B [16 pairs, 16 columns, 2 of bfloat16]
#pragma once
#include <immintrin.h>

#include "kernels/cpu/bfloat16.hpp"

namespace radixlab::amx {

constexpr std::size_t kTileRows = 16, kTileBytes = 1024;
constexpr std::size_t kTileValues = 512;  // of bfloat16
constexpr std::size_t kTileSums = 256;    // of float32

struct TileShape {
  std::size_t rows = kTileRows, bytes = 64;  // of a row
};

// g++ 12's intrinsics do not say what memory they read and write: nothing may be moved across.
RADIXLAB_INLINE void memory_is_read_and_written() { asm volatile("" : : : "memory"); }

/// The first `count` of 32 numbers, count at most 32.
RADIXLAB_INLINE __mmask32 first(std::size_t count) { return static_cast<__mmask32>((std::uint64_t{1} << count) - 1); }

/// A row of a tile: `count` numbers, and +0 behind them.
RADIXLAB_INLINE void copy_row(const BFloat16* from, std::size_t count, BFloat16* to) {
  _mm512_storeu_epi16(to, _mm512_maskz_loadu_epi16(first(count), from));
}

/// Gives the registers their shapes. They are released at the end of a kernel: what a thread has in them is lost when it
/// yields, and a context switch has less to save.
class Tiles {
 public:
  RADIXLAB_INLINE explicit Tiles(const TileShape (&shapes)[8]) {
    struct alignas(64) {
      std::uint8_t palette, start, zero[14];
      std::uint16_t bytes[16];
      std::uint8_t rows[16];
    } config{};
    config.palette = 1;
    for (int i = 0; i < 8; ++i) {
      config.bytes[i] = static_cast<std::uint16_t>(shapes[i].bytes);
      config.rows[i] = static_cast<std::uint8_t>(shapes[i].rows);
    }
    memory_is_read_and_written();
    asm volatile("" : : "r"(&config) : "memory");
    _tile_loadconfig(&config);
  }
  RADIXLAB_INLINE ~Tiles() {
    memory_is_read_and_written();
    _tile_release();
  }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;
};

}  // namespace radixlab::amx
