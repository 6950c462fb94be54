// Rung 3: threads of a block help each other. Neighbours copy neighbouring numbers of the keys into shared memory, so that a
// sector is fetched once; then each thread has a key of its own there. And 16 lanes share a softmax by shuffles.
//
// A row of the tile is one number longer than a key. Without it all 32 lanes would meet in one of the 32 banks wherever
// head_dim is a multiple of 32, and wait for each other.
#include "09-cuda-paged-attention/paged_attention.hpp"
#include "contract/todo.hpp"
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab {

// given
using exact::Part, exact::rounded, exact::sum_of_products, exact::widen;

// given
constexpr int kTile = 64;   // positions of a block, and its threads
constexpr int kLanes = 16;  // of a lane sum

/// A block 64 positions of one row and head, blockIdx.x = row * heads + head; a thread a position. Shared, by
/// RADIXLAB_DYNAMIC_SHARED(float, keys): keys [64, head_dim + 1], and behind them the query [head_dim].
template <class T>
__global__ void scores_shared_kernel(PagedAttention<T> call, float scale) {
  RADIXLAB_DYNAMIC_SHARED(float, keys);
  const int item = blockIdx.x, row = item / call.heads, head = item % call.heads;
  const int dim = call.pages.head_dim, pitch = dim + 1, first = blockIdx.y * kTile;
  const int count = min(kTile, call.rows.length[row] - first);
  if (count <= 0) return;
  float* const query = keys + kTile * pitch;
  const int sequence = call.rows.sequence[row], kv_head = head / (call.heads / call.pages.kv_heads);
  for (int i = threadIdx.x; i < count * dim; i += kTile) {
    const int place = i / dim, d = i % dim;
    keys[place * pitch + d] = widen(exact::at(call.pages, Part::key, sequence, kv_head, first + place)[d]);
  }
  for (int d = threadIdx.x; d < dim; d += kTile) query[d] = widen(call.q[std::size_t(item) * dim + d]);
  __syncthreads();
  const int place = threadIdx.x;
  if (place >= count) return;
  const float sum = sum_of_products<T>(
      dim, [&](int d) { return query[d]; }, [&](int d) { return keys[place * pitch + d]; });
  call.scores[std::size_t(item) * call.max_length + first + place] = sum * scale;
}

/// 16 neighbouring threads a row and head; no shared memory.
template <class T>
__global__ void softmax_by_half_warps_kernel(PagedAttention<T> call) {
  const int item = (blockIdx.x * blockDim.x + threadIdx.x) / kLanes, lane = threadIdx.x % kLanes;
  const bool there = item < call.rows.count * call.heads;  // those who are not come to the shuffles too
  const int length = there ? call.rows.length[item / call.heads] : 0;
  float* const s = call.scores + std::size_t(item) * call.max_length;
  float maximum = -exact::infinity();  // of those that are numbers: NaN gets through by the sum
  for (int j = lane; j < length; j += kLanes) maximum = fmaxf(maximum, s[j]);
  for (int w = 8; w >= 1; w /= 2) maximum = fmaxf(maximum, __shfl_xor_sync(0xffffffffu, maximum, w, kLanes));
  float sum = 0.0f;
  for (int j = lane; j < length; j += kLanes) {
    const float weight = widen(rounded<T>(exact::exp(s[j] - maximum)));
    s[j] = weight;
    sum = sum + weight;
  }
  for (int w = 8; w >= 1; w /= 2) sum = sum + __shfl_down_sync(0xffffffffu, sum, w, kLanes);
  if (there && lane == 0) call.inverse_sums[item] = length == 0 ? 0.0f : 1.0f / sum;
}

// given
template <class T>
void scores_shared(const PagedAttention<T>& call) {
  const unsigned items = static_cast<unsigned>(call.rows.count * call.heads);
  if (items == 0 || call.max_length == 0) return;
  const std::size_t dim = static_cast<std::size_t>(call.pages.head_dim);
  launch({dim3(items, exact::blocks_for(call.max_length, kTile)), kTile, (kTile * (dim + 1) + dim) * sizeof(float)},
         scores_shared_kernel<T>, call, exact::score_scale(call.pages.head_dim));
}

// given
template <class T>
void softmax_by_half_warps(const PagedAttention<T>& call) {
  constexpr int kThreads = 64;
  const std::size_t items = std::size_t(call.rows.count) * call.heads;
  if (items != 0)
    launch({exact::blocks_for(items * kLanes, kThreads), kThreads}, softmax_by_half_warps_kernel<T>, call);
}

template void scores_shared(const PagedAttention<float>&);
template void scores_shared(const PagedAttention<BFloat16>&);
template void softmax_by_half_warps(const PagedAttention<float>&);
template void softmax_by_half_warps(const PagedAttention<BFloat16>&);

}  // namespace radixlab
