// y = x W^T. The order of the loops decides what is read from where: a group of panels is taken from memory once for a
// whole block of rows and meanwhile stays in the second-level cache.
#pragma once
#include "kernels/cpu/elementwise_body.hpp"
#include "kernels/cpu/isa_table.hpp"
#include "kernels/cpu/tile_sum.hpp"

namespace radixlab {

/// T is the type of x and weights, Y that of the results.
template <typename L, typename T, typename Y>
class LinearBody {
 public:
  using Args = LinearArgs<T, Y>;

  /// If x is taken in more than one block of steps, then sums [rows, 16 panels] wait; behind them, if T is BFloat16, lies x
  /// as the chains want it [rows, 2 steps]: rows and steps of one block.
  static std::size_t scratch_floats(std::size_t rows, std::size_t steps, std::size_t panels) {
    const std::size_t prepared = kStep<T> == 1 ? 0 : 2 * smaller(steps, kLinearSteps);
    return waiting(rows, steps, panels) + smaller(rows, kLinearRows) * prepared;
  }

  static void run(const Args& args, std::size_t panel_begin, std::size_t panel_end, float* scratch) {
    float* const x_scratch = scratch + waiting(args.rows, args.steps, panel_end - panel_begin);
    for (std::size_t row = 0; row < args.rows; row += kLinearRows) {
      const std::size_t row_end = smaller(row + kLinearRows, args.rows);
      std::size_t k = 0;
      do {  // once even for no step: an empty sum is +0
        const std::size_t k_end = smaller(k + kLinearSteps, args.steps);
        Block b{nullptr, 0, row, row_end, k, k_end, panel_begin, panel_end, scratch};
        take_x(args, b, x_scratch);
        block(args, b);
        k = k_end;
      } while (k < args.steps);
    }
  }

 private:
  // Sums between two blocks of steps.
  static std::size_t waiting(std::size_t rows, std::size_t steps, std::size_t panels) {
    return steps > kLinearSteps ? smaller(rows, kLinearRows) * 16 * panels : 0;
  }

  using Factors = FactorOf<L, T>;
  using X = typename Factors::Type;

  struct Block {
    const X* x;  // [row_end - row, x_stride], from step k on
    std::size_t x_stride, row, row_end, k, k_end, panel, panel_end;
    float* scratch;
  };

  // Pairs are brought into the chains' order once, not in every tile.
  static void take_x(const Args& args, Block& block, [[maybe_unused]] float* scratch) {
    const T* const x = args.x + block.row * args.k + block.k * kStep<T>;
    if constexpr (std::is_same_v<T, float>) {
      block.x = x;
      block.x_stride = args.k;
    } else {
      const std::size_t padded = kStep<T> * (block.k_end - block.k);
      const std::size_t exist = smaller(padded, args.k - block.k * kStep<T>);
      block.x_stride = Factors::count(padded);
      auto* const to = reinterpret_cast<X*>(scratch);
      for (std::size_t row = 0; row < block.row_end - block.row; ++row)
        prepare_pairs<L>(x + row * args.k, exist, padded, to + row * block.x_stride);
      block.x = to;
    }
  }

  static std::size_t smaller(std::size_t a, std::size_t b) { return a < b ? a : b; }

  static void block(const Args& args, const Block& block) {
    const std::size_t rows = block.row_end - block.row;
    std::size_t panel = block.panel;
    with_constant<L::kTileRows>(rows < L::kTileRows ? rows : L::kTileRows, [&](auto constant) {
      constexpr int kVectors = L::tile_vectors(decltype(constant)::value);
      for (; panel + kVectors <= block.panel_end; panel += kVectors) all_rows<kVectors>(args, block, panel);
    });
    for (; panel < block.panel_end; ++panel) all_rows<1>(args, block, panel);
  }

  template <int B>
  static void all_rows(const Args& args, const Block& block, std::size_t panel) {
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
  static void tile(const Args& args, const Block& block, std::size_t row, std::size_t panel) {
    const Step<T>* w[B];
    for (int b = 0; b < B; ++b) w[b] = steps(args.panels) + ((panel + b) * args.steps + block.k) * 16;
    // Between two blocks of steps the sums wait in the scratch: y may be too coarse for them. One block needs none.
    const std::size_t stride = 16 * (block.panel_end - block.panel);
    const auto waiting = [&] { return block.scratch + (row - block.row) * stride + 16 * (panel - block.panel); };
    Sums<L, T, R, B> sums;
    if (block.k == 0) {
      sums.clear();
    } else {
      sums.load(waiting(), stride, 16);
    }
    sums.run(block.x + (row - block.row) * block.x_stride, block.x_stride, w, w, 16, block.k_end - block.k);
    if (block.k_end == args.steps) {
      const std::size_t columns = args.n - (panel + B - 1) * 16;
      sums.store(args.y + row * args.n + panel * 16, args.n, columns < 16 ? static_cast<int>(columns) : 16);
    } else {
      sums.store(waiting(), stride, 16);
    }
  }
};

}  // namespace radixlab
