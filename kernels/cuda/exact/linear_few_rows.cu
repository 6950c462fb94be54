// y = x W^T for few rows: decode. A weight is used once a row, so the time is that of reading the weights.
//
// Memory gives all it can only while some 24 KiB a multiprocessor are under way (3 TB/s for 1 us, 132 of them), more than
// threads fetch that wait for each load. So a block of 4 warps copies its 32 outputs' weights, and its rows of x,
// asynchronously through a ring of 5 stages of 8 KiB in shared memory: four are under way while one is used.
//
// No chain may be split. In float32 a warp has rows of its own, a lane an output. In bfloat16 a warp has every fourth block
// of the tile sum, for all rows: blocks may be computed side by side, then their sums are added in order.
//
// Cost of a block: 32 k weights and at most 8 k numbers of x are read once, by 16 bytes, all sectors whole.
// Arithmetic, no measurement, one row, n = k = 4096: in bfloat16 33.5 MB take 11 us at 3 TB/s, a warp's 32 blocks one after
// another 3 us, all instructions 2 us. In float32 it is 22 us, and 10 us for a chain of 4096 FMAs of 4 clocks.
#include "kernels/cuda/exact/linear.cuh"

namespace radixlab::exact {
namespace {

constexpr int kWarps = 4, kOutputs = 2 * kPanel, kSteps = 64, kStages = 5;

/// Some steps, a word each, of a block's weights and rows.
template <int kRows>
struct Stage {
  unsigned w[kSteps][kOutputs];
  unsigned x[kRows][kSteps];
};
template <int kRows>
struct Memory {
  Stage<kRows> ring[kStages];
  float block_sums[2][kWarps][kRows][kOutputs];  // bfloat16: of this stage and of the one before
};

/// Adds kBlockSteps steps to the sums of R rows. w: this lane's weights, kOutputs apart; row(r): the row's words.
template <int R, class T, class Row>
__device__ inline void add_steps(const unsigned* w, const Row& row, RunningSum<T> (&sums)[R]) {
#pragma unroll
  for (int step = 0; step < kBlockSteps; step += 4) {
    const unsigned w0 = w[step * kOutputs], w1 = w[(step + 1) * kOutputs];
    const unsigned w2 = w[(step + 2) * kOutputs], w3 = w[(step + 3) * kOutputs];
#pragma unroll
    for (int r = 0; r < R; ++r) {
      const uint4 in = *reinterpret_cast<const uint4*>(row(r) + step);
      add_step(sums[r], in.x, w0);
      add_step(sums[r], in.y, w1);
      add_step(sums[r], in.z, w2);
      add_step(sums[r], in.w, w3);
    }
  }
}

/// A block: 32 outputs of kRows rows, or of those that there are.
template <int kRows, class T, class Y>
__global__ void __launch_bounds__(kWarps * 32) few_rows_kernel(const T* x, int rows, Products<T, Y> all) {
  constexpr bool kChain = RunningSum<T>::kChain;
  constexpr int kOwn = (kRows + kWarps - 1) / kWarps;  // rows whose sums a thread ends up with: warp, warp + 4
  RADIXLAB_DYNAMIC_SHARED(Memory<kRows>, memory);
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, first_row = blockIdx.y * kRows;
  const int count = min(kRows, rows - first_row), steps = all.k / kStepNumbers<T>;
  const Outputs<T, Y> part = outputs_of(all, blockIdx.x, kOutputs);
  const int panel = part.first / kPanel, last_panel = (part.w.n - 1) / kPanel;
  const unsigned* const w = reinterpret_cast<const unsigned*>(part.w.panels);
  const unsigned* const in = reinterpret_cast<const unsigned*>(x) + std::size_t(first_row) * steps;

  const auto load = [&](int tile) {
    Stage<kRows>& stage = memory->ring[tile % kStages];
    const int first = tile * kSteps, here = min(kSteps, steps - first);
    for (int i = threadIdx.x; i < here * kOutputs / 4; i += kWarps * 32) {
      const int step = i / (kOutputs / 4), out = i % (kOutputs / 4) * 4;
      const int from_panel = min(panel + out / kPanel, last_panel);  // where n ends with half a block, it is read twice
      const std::size_t from = std::size_t(from_panel) * steps + first + step;
      __pipeline_memcpy_async(&stage.w[step][out], w + from * kPanel + out % kPanel, 16);
    }
    for (int i = threadIdx.x; i < count * kSteps / 4; i += kWarps * 32) {
      const int row = i / (kSteps / 4), step = i % (kSteps / 4) * 4;
      if (step < here) __pipeline_memcpy_async(&stage.x[row][step], in + std::size_t(row) * steps + first + step, 16);
    }
  };
  const auto blocks_of = [&](int tile) { return min(kSteps, steps - tile * kSteps) / kBlockSteps; };

  RunningSum<T> own[kOwn];
  const auto add_blocks_of = [&](int tile) {
    for (int block = 0; block < blocks_of(tile); ++block) {
#pragma unroll
      for (int i = 0; i < kOwn; ++i)
        if (warp + i * kWarps < count)
          own[i].sum = own[i].sum + memory->block_sums[tile % 2][block][warp + i * kWarps][lane];
    }
  };

  const int tiles = (steps + kSteps - 1) / kSteps;
  for (int tile = 0; tile < kStages - 1; ++tile) {
    if (tile < tiles) load(tile);
    __pipeline_commit();
  }
  for (int tile = 0; tile < tiles; ++tile) {
    __pipeline_wait_prior(kStages - 2);
    __syncthreads();  // this stage is there for all, and all have done with the one that is filled now
    if (tile + kStages - 1 < tiles) load(tile + kStages - 1);
    __pipeline_commit();
    const Stage<kRows>& stage = memory->ring[tile % kStages];
    if constexpr (kChain) {
      if (warp >= count) continue;
      for (int step = 0; step < blocks_of(tile) * kBlockSteps; step += kBlockSteps)
        add_steps(
            &stage.w[step][lane], [&](int i) { return &stage.x[min(warp + i * kWarps, count - 1)][step]; }, own);
    } else {
      if (tile > 0) add_blocks_of(tile - 1);
      if (warp >= blocks_of(tile)) continue;
      RunningSum<T> sums[kRows];
      const int step = warp * kBlockSteps;
      add_steps(
          &stage.w[step][lane], [&](int r) { return &stage.x[min(r, count - 1)][step]; }, sums);
#pragma unroll
      for (int r = 0; r < kRows; ++r) memory->block_sums[tile % 2][warp][r][lane] = sums[r].even + sums[r].odd;
    }
  }
  if constexpr (!kChain) {
    __syncthreads();
    add_blocks_of(tiles - 1);
  }
  const int out = part.first + lane;
#pragma unroll
  for (int i = 0; i < kOwn; ++i) {
    const int row = warp + i * kWarps;
    if (row < count && out < part.w.n) part.y[std::size_t(first_row + row) * part.w.n + out] = rounded<Y>(own[i].sum);
  }
}

template <int kRows, class T, class Y>
void launch_few_rows(const T* x, int rows, const Products<T, Y>& all) {
  const dim3 grid(all.blocks(kOutputs), (rows + kRows - 1) / kRows);
  launch({grid, kWarps * 32, sizeof(Memory<kRows>)}, few_rows_kernel<kRows, T, Y>, x, rows, all);
}

}  // namespace

template <class T, class Y>
void linear_few_rows(const T* x, int rows, const Products<T, Y>& all) {
  const auto launch_it = rows == 1   ? launch_few_rows<1, T, Y>
                         : rows <= 4 ? launch_few_rows<4, T, Y>
                                     : launch_few_rows<8, T, Y>;
  launch_it(x, rows, all);
}

template void linear_few_rows(const float*, int, const Products<float, float>&);
template void linear_few_rows(const BFloat16*, int, const Products<BFloat16, BFloat16>&);
template void linear_few_rows(const BFloat16*, int, const Products<BFloat16, float>&);

}  // namespace radixlab::exact
