// Rung 1: a thread a chain. Three launches, and everything between them goes through global memory.
//
// Cost of a head with n keys of d numbers: n d multiply-adds for the scores and as many for the mix. 32 neighbouring threads of
// the scores read 32 different keys, so each step touches 32 sectors of 32 bytes and uses one number of each.
#include "09-cuda-paged-attention/paged_attention.hpp"
#include "contract/todo.hpp"
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab {

// given
using exact::end_of_mix, exact::rounded, exact::sum_of_products, exact::widen;

/// scores [heads, length]; a thread a head and position.
template <class T>
__global__ void scores_naive_kernel(const T* q, const T* k, HeadShape shape, int length, float scale, float* scores) {
  const int position = blockIdx.x * blockDim.x + threadIdx.x, head = blockIdx.y;
  if (position >= length) return;
  const int kv_head = head / (shape.heads / shape.kv_heads);
  const T* const query = q + head * shape.head_dim;
  const T* const key = k + (std::size_t(position) * shape.kv_heads + kv_head) * shape.head_dim;
  const float sum = sum_of_products<T>(
      shape.head_dim, [&](int d) { return widen(query[d]); }, [&](int d) { return widen(key[d]); });
  scores[std::size_t(head) * length + position] = sum * scale;
}

/// Scores become weights, exp(score - maximum) rounded to T, in place; inverse_sums [heads]. A thread a head.
template <class T>
__global__ void softmax_naive_kernel(int heads, int length, float* scores, float* inverse_sums) {
  const int head = blockIdx.x * blockDim.x + threadIdx.x;
  if (head >= heads) return;
  float* const s = scores + std::size_t(head) * length;
  float maximum = -exact::infinity();  // of those that are numbers: NaN gets through by the sum
  for (int j = 0; j < length; ++j) maximum = fmaxf(maximum, s[j]);
  float lanes[16] = {};
  for (int j = 0; j < length; ++j) {
    s[j] = widen(rounded<T>(exact::exp(s[j] - maximum)));
    lanes[j % 16] = lanes[j % 16] + s[j];
  }
  for (int w = 8; w >= 1; w /= 2)
    for (int i = 0; i < w; ++i) lanes[i] = lanes[i] + lanes[i + w];
  inverse_sums[head] = 1.0f / lanes[0];
}

/// out [heads, head_dim]; a thread a head and coordinate.
template <class T>
__global__ void mix_naive_kernel(const float* weights, const float* inverse_sums, const T* v, HeadShape shape,
                                 int length, T* out) {
  const int d = blockIdx.x * blockDim.x + threadIdx.x, head = blockIdx.y;
  if (d >= shape.head_dim) return;
  const int kv_head = head / (shape.heads / shape.kv_heads);
  const float* const weight = weights + std::size_t(head) * length;
  const float sum = sum_of_products<T>(
      length, [&](int j) { return weight[j]; },
      [&](int j) { return widen(v[(std::size_t(j) * shape.kv_heads + kv_head) * shape.head_dim + d]); });
  out[head * shape.head_dim + d] = rounded<T>(end_of_mix<T>(sum) * inverse_sums[head]);
}

// given
template <class T>
void attention_naive(const T* q, const T* k, const T* v, HeadShape shape, int length, float* scratch, T* out) {
  constexpr int kThreads = 64;
  const unsigned heads = static_cast<unsigned>(shape.heads);
  float *const scores = scratch, *const inverse_sums = scratch + std::size_t(shape.heads) * length;
  launch({dim3(exact::blocks_for(length, kThreads), heads), kThreads}, scores_naive_kernel<T>, q, k, shape, length,
         exact::score_scale(shape.head_dim), scores);
  launch({exact::blocks_for(shape.heads, kThreads), kThreads}, softmax_naive_kernel<T>, shape.heads, length, scores,
         inverse_sums);
  launch({dim3(exact::blocks_for(shape.head_dim, kThreads), heads), kThreads}, mix_naive_kernel<T>, scores,
         inverse_sums, v, shape, length, out);
}

template void attention_naive(const float*, const float*, const float*, HeadShape, int, float*, float*);
template void attention_naive(const BFloat16*, const BFloat16*, const BFloat16*, HeadShape, int, float*, BFloat16*);

}  // namespace radixlab
