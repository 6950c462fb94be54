// y = x W^T for many rows: prefill. A weight is used once a row, so the time is that of the multiply-adds.
//
// An FMA needs two numbers, and for 128 FMAs a clock a multiprocessor's shared memory gives 32 numbers. So a thread has 8 x 8
// sums in registers: 16 numbers that it loads serve 64 FMAs. A block of 256 threads has 128 rows x 128 outputs. Tiles of
// 8 steps are copied asynchronously, three ahead. Where that makes too few blocks for all multiprocessors, a thread has
// 4 x 4 sums and a block 64 rows x 32 outputs.
//
// Cost of a block of 128 x 128: 256 k numbers are read once, by 16 bytes, all sectors whole, for 16,384 k FMAs.
// Arithmetic, no measurement, of the share of FMAs at best: in float32 a step of a warp is 64 FMAs and 10 loads, which keep
// shared memory as busy as the FMAs: 86 %. In bfloat16 it is 128 FMAs, 10 loads, 32 instructions that unpack and 12 that end
// a block: 70 %. With 4 x 4 sums shared memory allows 50 % in float32, the instructions 57 % in bfloat16.
#include "kernels/cuda/exact/linear.cuh"

namespace radixlab::exact {
namespace {

constexpr int kStages = 4, kThreadRows = 16;

/// What a thread and a block have.
template <int kQuads_, int kThreadColumns_, int kSteps_>
struct Tile {
  static constexpr int kQuads = kQuads_, kThreadColumns = kThreadColumns_;
  static constexpr int kSteps = kSteps_;    // of a stage
  static constexpr int kSide = 4 * kQuads;  // rows and outputs a thread: fours of outputs that lie side by side
  static constexpr int kRows = kThreadRows * kSide, kOutputs = kThreadColumns * kSide;
  static constexpr int kThreads = kThreadRows * kThreadColumns;
};
using LargeTile = Tile<2, 16, 8>;
using SmallTile = Tile<1, 8, 16>;
constexpr int kEnoughBlocks = 128;  // of large tiles; an H100 has 132 multiprocessors

__device__ inline void store(float* to, float a, float b, float c, float d) {
  *reinterpret_cast<float4*>(to) = make_float4(a, b, c, d);
}
__device__ inline void store(BFloat16* to, float a, float b, float c, float d) {
  *reinterpret_cast<uint2*>(to) = make_uint2(pair_of(a, b), pair_of(c, d));
}

template <class Tile, class T, class Y>
__global__ void __launch_bounds__(Tile::kThreads, RunningSum<T>::kChain ? 2 : 1)
    many_rows_kernel(const T* x, int rows, Products<T, Y> all) {
  constexpr int kSteps = Tile::kSteps, kSide = Tile::kSide;
  __shared__ __align__(16) unsigned x_tiles[kStages][Tile::kRows][kSteps + 4];  // padded: rows lie in different banks
  __shared__ __align__(16) unsigned w_tiles[kStages][kSteps][Tile::kOutputs];
  // Steps that are unrolled: with more, the sums would not stay in registers.
  [[maybe_unused]] constexpr int kTogether = kSide < 8 ? 4 : RunningSum<T>::kChain ? 2 : 1;
  const int column = threadIdx.x % Tile::kThreadColumns, thread_row = threadIdx.x / Tile::kThreadColumns;
  const int first_row = blockIdx.x * Tile::kRows, steps = all.k / kStepNumbers<T>, tiles = steps / kSteps;
  const Outputs<T, Y> part = outputs_of(all, blockIdx.y, Tile::kOutputs);
  const int panel = part.first / kPanel, last_panel = (part.w.n - 1) / kPanel;
  const unsigned* const w = reinterpret_cast<const unsigned*>(part.w.panels);
  const unsigned* const in = reinterpret_cast<const unsigned*>(x);

  const auto load = [&](int tile) {  // what lies behind the last row and output is the last one again: nobody stores it
    for (int i = threadIdx.x; i < Tile::kRows * kSteps / 4; i += Tile::kThreads) {
      const int row = i / (kSteps / 4), step = i % (kSteps / 4) * 4;
      __pipeline_memcpy_async(&x_tiles[tile % kStages][row][step],
                              in + std::size_t(min(first_row + row, rows - 1)) * steps + tile * kSteps + step, 16);
    }
    for (int i = threadIdx.x; i < Tile::kOutputs * kSteps / 4; i += Tile::kThreads) {
      const int step = i / (Tile::kOutputs / 4), out = i % (Tile::kOutputs / 4) * 4;
      const std::size_t from = std::size_t(min(panel + out / kPanel, last_panel)) * steps + tile * kSteps + step;
      __pipeline_memcpy_async(&w_tiles[tile % kStages][step][out], w + from * kPanel + out % kPanel, 16);
    }
  };

  const bool there = first_row + thread_row < rows && part.first + column * 4 < part.w.n;  // else it only copies
  RunningSum<T> sums[kSide][kSide];
  for (int tile = 0; tile < kStages - 1; ++tile) {
    if (tile < tiles) load(tile);
    __pipeline_commit();
  }
  for (int tile = 0; tile < tiles; ++tile) {
    __pipeline_wait_prior(kStages - 2);
    __syncthreads();  // this stage is there for all, and all have done with the one that is filled now
    if (tile + kStages - 1 < tiles) load(tile + kStages - 1);
    __pipeline_commit();
    if (!there) continue;
#pragma unroll(kTogether)
    for (int step = 0; step < kSteps; ++step) {
      unsigned xs[kSide], ws[kSide];
#pragma unroll
      for (int r = 0; r < kSide; ++r) xs[r] = x_tiles[tile % kStages][thread_row + r * kThreadRows][step];
#pragma unroll
      for (int q = 0; q < Tile::kQuads; ++q) {
        const uint4 four =
            *reinterpret_cast<const uint4*>(&w_tiles[tile % kStages][step][(column + q * Tile::kThreadColumns) * 4]);
        ws[q * 4] = four.x, ws[q * 4 + 1] = four.y, ws[q * 4 + 2] = four.z, ws[q * 4 + 3] = four.w;
      }
#pragma unroll
      for (int r = 0; r < kSide; ++r) {
#pragma unroll
        for (int c = 0; c < kSide; ++c) add_step(sums[r][c], xs[r], ws[c]);
      }
    }
    if ((tile + 1) * kSteps % kBlockSteps != 0) continue;
#pragma unroll
    for (int r = 0; r < kSide; ++r) {
#pragma unroll
      for (int c = 0; c < kSide; ++c) sums[r][c].end_block();
    }
  }

  const bool fours = part.w.n % 4 == 0 && reinterpret_cast<std::uintptr_t>(part.y) % 16 == 0;
#pragma unroll
  for (int r = 0; r < kSide; ++r) {
    const int row = first_row + thread_row + r * kThreadRows;
    if (row >= rows) break;
#pragma unroll
    for (int q = 0; q < Tile::kQuads; ++q) {
      const RunningSum<T>* const four = &sums[r][q * 4];
      const int out = part.first + (column + q * Tile::kThreadColumns) * 4;
      Y* const to = part.y + std::size_t(row) * part.w.n + out;
      if (fours && out < part.w.n) {
        store(to, four[0].sum, four[1].sum, four[2].sum, four[3].sum);
        continue;
      }
#pragma unroll
      for (int c = 0; c < 4; ++c)
        if (out + c < part.w.n) to[c] = rounded<Y>(four[c].sum);
    }
  }
}

template <class Tile, class T, class Y>
void launch_tiles(const T* x, int rows, const Products<T, Y>& all) {
  const dim3 grid((rows + Tile::kRows - 1) / Tile::kRows, all.blocks(Tile::kOutputs));
  launch({grid, Tile::kThreads}, many_rows_kernel<Tile, T, Y>, x, rows, all);
}

}  // namespace

template <class T, class Y>
void linear_many_rows(const T* x, int rows, const Products<T, Y>& all) {
  const int row_tiles = (rows + LargeTile::kRows - 1) / LargeTile::kRows;
  if (row_tiles * all.blocks(LargeTile::kOutputs) >= kEnoughBlocks) {
    launch_tiles<LargeTile>(x, rows, all);
  } else {
    launch_tiles<SmallTile>(x, rows, all);
  }
}

template void linear_many_rows(const float*, int, const Products<float, float>&);
template void linear_many_rows(const BFloat16*, int, const Products<BFloat16, BFloat16>&);
template void linear_many_rows(const BFloat16*, int, const Products<BFloat16, float>&);

}  // namespace radixlab::exact
