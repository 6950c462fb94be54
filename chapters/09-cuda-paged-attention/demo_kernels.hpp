/// \file
/// demo_09's own kernels: each shows one thing. All pointers are device memory; a launch is one block.
#pragma once
#include <cstddef>

#include "kernels/cpu/bfloat16.hpp"

namespace radixlab {

/// A warp: thread t loads x[t * stride] and stores it in y[t]. x [31 * stride + 1], y [32].
template <class T>
void load_one_each(const T* x, int stride, T* y);

/// A warp, and 32 rows of `pitch` floats in shared memory: thread t adds up the first `count` floats of row t. y [32].
void add_up_rows(int pitch, int count, float* y);

inline constexpr int kTileKeys = 64, kTileDim = 32;
/// Rung 3's scores of one tile. Thread t of 64 copies floats t, t + 64, ... of the keys [64, 32] into shared memory, says so in
/// copied_by [2048], and multiplies query [32] by key t: scores [64]. With `barrier`, all wait for the tile in between.
void scores_of_a_tile(bool barrier, const float* query, const float* keys, int* copied_by, float* scores);

/// The sum of n products, n a multiple of 32 (docs/numerics.md), with a thread for each of its chains, and several if a chain is cut
/// into pieces: parts [chains * pieces]. Pieces are added in their order, then chains and blocks in theirs: sum [1].
template <class T>
void sum_by_chains(const T* a, const T* b, int n, int pieces, float* parts, float* sum);
/// Its chains.
template <class T>
constexpr int chains_of(int n) {
  return sizeof(T) == sizeof(float) ? 1 : n / 32 * 2;
}

}  // namespace radixlab
