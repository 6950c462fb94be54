// Rung 5, flash decoding: one row's keys are split over many warps, and none of them writes its scores down. A warp keeps the
// largest score so far, the sum of its weights and their mix; if a larger score comes, then it scales both down (online softmax).
//
// Cost of a head with n keys: its keys and values once, and 2 + head_dim numbers a split for the merge. Splits begin at multiples of
// kSplit and tiles at multiples of 32, so that a row's bits depend on nothing but its keys.
#include "09-cuda-paged-attention/paged_attention.hpp"
#include "contract/todo.hpp"
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab {

// given
using exact::Part, exact::rounded, exact::widen;

// given
constexpr int kWarp = 32;  // threads, and keys of a tile

// given
/// What the splits leave, [rows * heads, splits] each, and the mix [rows * heads, splits, head_dim].
struct Splits {
  int most;  // splits of the longest row
  float *maxima, *sums, *mixes;
};

/// A warp split blockIdx.y of row and head blockIdx.x = row * heads + head. Shared, by
/// RADIXLAB_DYNAMIC_SHARED(float, mix): the mix [head_dim], and behind it the query [head_dim]. Lane l touches coordinates l,
/// l + 32, ... of both and no others.
template <class T>
__global__ void split_kernel(PagedAttention<T> call, Splits splits, float scale) {
  RADIXLAB_DYNAMIC_SHARED(float, mix);
  const int item = blockIdx.x, row = item / call.heads, lane = threadIdx.x, dim = call.pages.head_dim;
  const int sequence = call.rows.sequence[row], kv_head = item % call.heads / (call.heads / call.pages.kv_heads);
  const int begin = blockIdx.y * kSplit, end = min(begin + kSplit, call.rows.length[row]);
  if (begin >= end) return;
  float* const query = mix + dim;
  for (int d = lane; d < dim; d += kWarp) mix[d] = 0.0f, query[d] = widen(call.q[std::size_t(item) * dim + d]);
  float maximum = -exact::infinity(), sum = 0.0f;
  for (int first = begin; first < end; first += kWarp) {
    const int count = min(kWarp, end - first);
    float score = -exact::infinity();  // of key `lane`; what is not there weighs exp(-infinity) = 0
    for (int j = 0; j < count; ++j) {
      const T* const key = exact::at(call.pages, Part::key, sequence, kv_head, first + j);
      float part = 0.0f;
      for (int d = lane; d < dim; d += kWarp) part = __fmaf_rn(query[d], widen(key[d]), part);
      for (int w = kWarp / 2; w >= 1; w /= 2) part = part + __shfl_xor_sync(0xffffffffu, part, w);
      if (lane == j) score = part * scale;
    }
    float largest = fmaxf(maximum, score);
    for (int w = kWarp / 2; w >= 1; w /= 2) largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, w));
    const float rescale = exact::exp(maximum - largest), weight = exact::exp(score - largest);
    float tile_sum = weight;
    for (int w = kWarp / 2; w >= 1; w /= 2) tile_sum = tile_sum + __shfl_xor_sync(0xffffffffu, tile_sum, w);
    sum = __fmaf_rn(sum, rescale, tile_sum);
    for (int d = lane; d < dim; d += kWarp) mix[d] = mix[d] * rescale;
    for (int j = 0; j < count; ++j) {
      const T* const value = exact::at(call.pages, Part::value, sequence, kv_head, first + j);
      const float its = __shfl_sync(0xffffffffu, weight, j);
      for (int d = lane; d < dim; d += kWarp) mix[d] = __fmaf_rn(its, widen(value[d]), mix[d]);
    }
    maximum = largest;
  }
  const std::size_t at = std::size_t(item) * splits.most + blockIdx.y;
  if (lane == 0) splits.maxima[at] = maximum, splits.sums[at] = sum;
  for (int d = lane; d < dim; d += kWarp) splits.mixes[at * dim + d] = mix[d];
}

/// A thread a coordinate of one row and head: number i of `out`.
template <class T>
__global__ void merge_kernel(PagedAttention<T> call, Splits splits) {
  const std::size_t i = std::size_t(blockIdx.x) * blockDim.x + threadIdx.x;
  const int dim = call.pages.head_dim, d = static_cast<int>(i % dim), item = static_cast<int>(i / dim);
  if (item >= call.rows.count * call.heads) return;
  const int count = (call.rows.length[item / call.heads] + kSplit - 1) / kSplit;
  const std::size_t first = std::size_t(item) * splits.most;
  float maximum = -exact::infinity(), sum = 0.0f, mix = 0.0f;
  for (int s = 0; s < count; ++s) maximum = fmaxf(maximum, splits.maxima[first + s]);
  for (int s = 0; s < count; ++s) {
    const float rescale = exact::exp(splits.maxima[first + s] - maximum);
    sum = __fmaf_rn(splits.sums[first + s], rescale, sum);
    mix = __fmaf_rn(splits.mixes[(first + s) * dim + d], rescale, mix);
  }
  call.out[i] = rounded<T>(count == 0 ? 0.0f : mix / sum);
}

// given
template <class T>
void attention_split(const PagedAttention<T>& call, float* scratch) {
  constexpr int kThreads = 64;
  const std::size_t items = std::size_t(call.rows.count) * call.heads,
                    dim = static_cast<std::size_t>(call.pages.head_dim);
  if (items == 0) return;
  const unsigned most = exact::blocks_for(call.max_length, kSplit);
  const Splits splits{static_cast<int>(most), scratch, scratch + items * most, scratch + 2 * items * most};
  if (most != 0)
    launch({dim3(static_cast<unsigned>(items), most), kWarp, 2 * dim * sizeof(float)}, split_kernel<T>, call, splits,
           exact::score_scale(call.pages.head_dim));
  launch({exact::blocks_for(items * dim, kThreads), kThreads}, merge_kernel<T>, call, splits);
}

template void attention_split(const PagedAttention<float>&, float*);
template void attention_split(const PagedAttention<BFloat16>&, float*);

}  // namespace radixlab
