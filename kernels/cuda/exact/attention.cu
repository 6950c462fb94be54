// Paged attention in three passes over memory, as the formula goes: scores, softmax, mix. No sum may be split, but there
// are enough of them: rows x heads x length chains of scores, and rows x heads x head_dim of the mix.
#include <cmath>

#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab::exact {
namespace {

constexpr int kThreads = 64, kLanes = 16;

/// scores [rows, heads, max_length]; a thread a position of one row and head.
template <class T>
__global__ void scores_kernel(const T* q, Rows rows, int heads, int max_length, float scale, Pages<T> pages,
                              float* scores) {
  const int item = blockIdx.x, row = item / heads, head = item % heads;
  const int position = blockIdx.y * blockDim.x + threadIdx.x;
  if (position >= rows.length[row]) return;
  const T* const query = q + std::size_t(item) * pages.head_dim;
  const T* const key = at(pages, Part::key, rows.sequence[row], head / (heads / pages.kv_heads), position);
  const float sum = sum_of_products<T>(
      pages.head_dim, [&](int d) { return widen(query[d]); }, [&](int d) { return widen(key[d]); });
  scores[std::size_t(item) * max_length + position] = sum * scale;
}

/// Turns scores into exponentials rounded to T, in place, and leaves 1 / their sum [rows, heads]; 16 threads a row and head.
template <class T>
__global__ void softmax_kernel(Rows rows, int heads, int max_length, float* scores, float* inverse_sums) {
  const int item = (blockIdx.x * blockDim.x + threadIdx.x) / kLanes, lane = threadIdx.x % kLanes;
  const bool there = item < rows.count * heads;
  const int length = there ? rows.length[item / heads] : 0;
  float* const s = scores + std::size_t(item) * max_length;
  float maximum = -infinity();  // of those that are numbers: NaN gets through by the sum
  for (int j = lane; j < length; j += kLanes) maximum = fmaxf(maximum, s[j]);
  for (int w = 8; w >= 1; w /= 2) maximum = fmaxf(maximum, __shfl_xor_sync(0xffffffffu, maximum, w, kLanes));
  float sum = 0.0f;
  for (int j = lane; j < length; j += kLanes) {
    const float weight = widen(rounded<T>(exp(s[j] - maximum)));
    s[j] = weight;
    sum = sum + weight;
  }
  sum = tree_sum(sum);
  if (there && lane == 0) inverse_sums[item] = length == 0 ? 0.0f : 1.0f / sum;
}

/// out [rows, heads, head_dim]; a thread a coordinate.
template <class T>
__global__ void mix_kernel(const float* weights, const float* inverse_sums, Rows rows, int heads, int max_length,
                           Pages<T> pages, T* out) {
  const std::size_t i = std::size_t(blockIdx.x) * blockDim.x + threadIdx.x;
  const int d = static_cast<int>(i % pages.head_dim), item = static_cast<int>(i / pages.head_dim);
  if (item >= rows.count * heads) return;
  const int row = item / heads, sequence = rows.sequence[row], kv_head = item % heads / (heads / pages.kv_heads);
  const float* const p = weights + std::size_t(item) * max_length;
  float sum = sum_of_products<T>(
      rows.length[row], [&](int j) { return p[j]; },
      [&](int j) { return widen(at(pages, Part::value, sequence, kv_head, j)[d]); });
  if constexpr (sizeof(T) != sizeof(float)) sum = sum + 0.0f;  // -0 would tell how many blocks there were
  out[i] = rounded<T>(sum * inverse_sums[item]);
}

}  // namespace

template <class T>
void attention(const T* q, Rows rows, int heads, int max_length, Pages<T> pages, float* scratch, T* out) {
  const std::size_t items = std::size_t(rows.count) * heads;
  if (items == 0) return;
  float *const scores = scratch, *const inverse_sums = scratch + items * max_length;
  const float scale = 1.0f / std::sqrt(static_cast<float>(pages.head_dim));
  if (max_length != 0) {
    launch({dim3(static_cast<unsigned>(items), blocks_for(max_length, kThreads)), kThreads}, scores_kernel<T>, q, rows,
           heads, max_length, scale, pages, scores);
  }
  launch({blocks_for(items * kLanes, kThreads), kThreads}, softmax_kernel<T>, rows, heads, max_length, scores,
         inverse_sums);
  launch({blocks_for(items * pages.head_dim, kThreads), kThreads}, mix_kernel<T>, scores, inverse_sums, rows, heads,
         max_length, pages, out);
}

template void attention(const float*, Rows, int, int, Pages<float>, float*, float*);
template void attention(const BFloat16*, Rows, int, int, Pages<BFloat16>, float*, BFloat16*);

}  // namespace radixlab::exact
