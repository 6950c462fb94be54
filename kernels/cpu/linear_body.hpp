// y = x W^T. The order of the loops decides what is read from where: a group of panels is taken from memory once for a
// whole block of rows and meanwhile stays in the second-level cache.
#pragma once
#include "kernels/cpu/fma_tile.hpp"
#include "kernels/cpu/isa_table.hpp"

namespace radixlab {

template <typename L>
struct LinearBody {
  static constexpr std::size_t kRowBlock = 252;     // rows of x that are used again for each group of panels
  static constexpr std::size_t kDepthBlock = 1024;  // inputs: 4 panels of this depth are 256 KiB

  static void run(const LinearArgs& args, std::size_t panel_begin, std::size_t panel_end) {
    for (std::size_t row = 0; row < args.rows; row += kRowBlock) {
      const std::size_t row_end = row + kRowBlock < args.rows ? row + kRowBlock : args.rows;
      std::size_t k = 0;
      do {  // once even for k = 0: an empty chain is +0
        const std::size_t k_end = k + kDepthBlock < args.k ? k + kDepthBlock : args.k;
        block(args, {row, row_end, k, k_end}, panel_begin, panel_end);
        k = k_end;
      } while (k < args.k);
    }
  }

 private:
  struct Block {
    std::size_t row, row_end, k, k_end;
  };

  static void block(const LinearArgs& args, const Block& block, std::size_t panel, std::size_t panel_end) {
    const std::size_t rows = block.row_end - block.row;
    with_constant<L::kTileRows>(rows < L::kTileRows ? rows : L::kTileRows, [&](auto constant) {
      constexpr int kVectors = L::tile_vectors(decltype(constant)::value);
      for (; panel + kVectors <= panel_end; panel += kVectors) all_rows<kVectors>(args, block, panel);
    });
    for (; panel < panel_end; ++panel) all_rows<1>(args, block, panel);
  }

  template <int B>
  static void all_rows(const LinearArgs& args, const Block& block, std::size_t panel) {
    std::size_t row = block.row;
    if constexpr (B <= L::tile_vectors(L::kTileRows)) {
      for (; row + L::kTileRows <= block.row_end; row += L::kTileRows) tile<L::kTileRows, B>(args, block, row, panel);
    }
    with_constant<L::kTileRows>(block.row_end - row, [&](auto rows) {
      if constexpr (B <= L::tile_vectors(decltype(rows)::value))
        tile<decltype(rows)::value, B>(args, block, row, panel);
    });
  }

  template <int R, int B>
  static void tile(const LinearArgs& args, const Block& block, std::size_t row, std::size_t panel) {
    const float* w[B];
    for (int b = 0; b < B; ++b) w[b] = args.panels + ((panel + b) * args.k + block.k) * 16;
    float* const y = args.y + row * args.n + panel * 16;
    const std::size_t columns = args.n - (panel + B - 1) * 16;
    const int last = columns < 16 ? static_cast<int>(columns) : 16;
    FmaTile<L, R, B> sums;
    if (block.k == 0) {
      sums.clear();
    } else {
      sums.load(y, args.n, last);  // the chain goes on where the last block of inputs left it
    }
    sums.run(args.x + row * args.k + block.k, args.k, w, 16, block.k_end - block.k);
    sums.store(y, args.n, last);
  }
};

}  // namespace radixlab
