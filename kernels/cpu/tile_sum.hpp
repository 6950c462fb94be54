// Tile sums (docs/numerics.md): what bfloat16 is added up by. A block of 32 numbers is an even and an odd chain from +0,
// and their sum is added to the sum so far.
#pragma once
#include "kernels/cpu/fma_tile.hpp"

namespace radixlab {

/// R rows of B vectors of tile sums. The sums so far may wait in memory: they are touched once a block.
template <typename L, int R, int B>
struct TileSum : FmaTile<L, R, B> {
  using Factor = typename L::PairFactor;  // what both chains take of x at a step: two of them side by side
  static constexpr std::size_t kPairs = L::kPairsAtOnce;  // of numbers that a step of both chains takes

  /// Blocks of pairs 0 .. count-1. x as prepare_pairs() has made it, a row every x_stride. If the last block is not full,
  /// then its chains just end: where docs/numerics.md goes on with +0, a sum of -0 stays -0. Scores may do so, since exp
  /// does not tell the two; a linear layer's weights are whole blocks.
  /// w, ahead and kAhead as FmaTile::run has them.
  template <bool kAhead = false>
  RADIXLAB_INLINE void run(const Factor* x, std::size_t x_stride, const BFloat16Pair* const (&w)[B],
                           const BFloat16Pair* const (&ahead)[B], std::size_t w_stride, std::size_t count) {
    for (std::size_t k = 0; k < count; k += kBlockPairs) {
      const std::size_t pairs = count - k < kBlockPairs ? count - k : kBlockPairs;
      const BFloat16Pair *here[B], *next[B];
      for (int b = 0; b < B; ++b) {
        here[b] = w[b] + k * w_stride;
        next[b] = ahead[b] + k * w_stride;
      }
      block<kAhead>(x + 2 * k / kPairs, x_stride, here, next, w_stride, pairs);
    }
  }

  RADIXLAB_INLINE void add(const FmaTile<L, R, B>& even, const FmaTile<L, R, B>& odd) {
    for (int r = 0; r < R; ++r) {
      for (int b = 0; b < B; ++b) this->sum[r][b] = this->sum[r][b] + (even.sum[r][b] + odd.sum[r][b]);
    }
  }

 private:
  // If registers hold both chains, then they go side by side, else one after the other: the weights are near by then.
  static constexpr bool kTogether = 2 * R * B <= L::kTileRows * L::tile_vectors(L::kTileRows);

  template <bool kAhead>
  RADIXLAB_INLINE void block(const Factor* x, std::size_t x_stride, const BFloat16Pair* const (&w)[B],
                             const BFloat16Pair* const (&ahead)[B], std::size_t w_stride, std::size_t pairs) {
    FmaTile<L, R, B> even, odd;
    even.clear();
    odd.clear();
    const auto each = [&](const auto& step) {
      for (std::size_t k = 0; k + kPairs <= pairs; k += kPairs) step(k, Constant<kPairs>{});
      if (pairs % kPairs != 0) step(pairs - 1, Constant<1>{});
    };
    const auto step_of = [&]<typename Part>(FmaTile<L, R, B>& chain, std::size_t which, std::size_t k, auto taken) {
      decltype(Part::template load<1>(w[0], 0)) weight[B];
      for (int b = 0; b < B; ++b)
        weight[b] = Part::template load<decltype(taken)::value>(w[b] + k * w_stride, w_stride);
      chain.multiply(x + 2 * k / kPairs + which, x_stride, weight);
    };
    const auto bring = [&](std::size_t k, auto taken) {
      for (int b = 0; kAhead && b < B; ++b) {
        for (std::size_t i = 0; i < decltype(taken)::value; ++i) L::prefetch(ahead[b] + (k + i) * w_stride);
      }
    };
    each([&](std::size_t k, auto taken) {
      bring(k, taken);
      step_of.template operator()<typename L::Even>(even, 0, k, taken);
      if constexpr (kTogether) step_of.template operator()<typename L::Odd>(odd, 1, k, taken);
    });
    if constexpr (!kTogether) {
      each([&](std::size_t k, auto taken) { step_of.template operator()<typename L::Odd>(odd, 1, k, taken); });
    }
    add(even, odd);
  }
};

/// The sums of T: chains, or tile sums.
template <typename L, typename T, int R, int B>
using Sums = std::conditional_t<std::is_same_v<T, float>, FmaTile<L, R, B>, TileSum<L, R, B>>;

/// What a sum takes of x, and how many of them a row of n numbers is: n floats, or whole pairs as the chains want them.
template <typename L, typename T>
struct FactorOf {
  using Type = float;
  static constexpr std::size_t count(std::size_t n) { return n; }
};
template <typename L>
struct FactorOf<L, BFloat16> {
  using Type = typename L::PairFactor;
  static constexpr std::size_t count(std::size_t n) {
    return (n + 2 * L::kPairsAtOnce - 1) / (2 * L::kPairsAtOnce) * 2;
  }
};

/// n numbers of x as factors; behind them +0 up to `padded` numbers, a multiple of 4.
template <typename L>
RADIXLAB_INLINE void prepare_pairs(const BFloat16* x, std::size_t n, std::size_t padded, float* to) {
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) L::load(x + i).store(to + i);
  if (i < n) {
    L::load_first(x + i, static_cast<int>(n - i)).store_first(to + i, static_cast<int>(n - i));
    i = n;
  }
  for (; i < padded; ++i) to[i] = 0.0f;
}
// The dot instruction adds the odd product of a pair first: (x2, x0) makes two steps of the even chain.
template <typename L>
RADIXLAB_INLINE void prepare_pairs(const BFloat16* x, std::size_t n, std::size_t padded, BFloat16Pair* to) {
  const auto at = [&](std::size_t i) { return i < n ? x[i] : BFloat16{0}; };
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4, to += 2) to[0] = {x[i + 2], x[i]}, to[1] = {x[i + 3], x[i + 1]};
  for (; i < padded; i += 4, to += 2) to[0] = {at(i + 2), at(i)}, to[1] = {at(i + 3), at(i + 1)};
}

}  // namespace radixlab
