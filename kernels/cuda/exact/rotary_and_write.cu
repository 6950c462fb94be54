// Rotary embedding and the write to the pages in one pass: a key is rotated on its way, so it is read and written once.
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab::exact {
namespace {

constexpr int kThreads = 128;

/// The two halves of a head, `from`, turned against each other by one angle.
template <class T>
__device__ inline void rotate(const T* from, T* to, int pair, int half, float cos, float sin) {
  const float a = widen(from[pair]), b = widen(from[pair + half]);
  to[pair] = rounded<T>(__fmaf_rn(-b, sin, a * cos));
  to[pair + half] = rounded<T>(__fmaf_rn(a, sin, b * cos));
}

/// A thread a pair of coordinates of a query head, or of a KV head: then of its key and of its value.
template <class T>
__global__ void rotary_and_write_kernel(T* q, const T* k, const T* v, Rows rows, int heads, const float* cos,
                                        const float* sin, Pages<T> pages) {
  const int half = pages.head_dim / 2, all_heads = heads + pages.kv_heads;
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const int pair = i % half, head = i / half % all_heads, row = i / half / all_heads;
  if (row >= rows.count) return;
  const int position = rows.length[row] - 1;
  if (position < 0) return;
  const std::size_t angle = std::size_t(position) * half + pair;
  if (head < heads) {
    T* const query = q + (std::size_t(row) * heads + head) * pages.head_dim;
    rotate(query, query, pair, half, cos[angle], sin[angle]);
    return;
  }
  const int kv_head = head - heads, sequence = rows.sequence[row];
  const std::size_t from = (std::size_t(row) * pages.kv_heads + kv_head) * pages.head_dim;
  rotate(k + from, at(pages, Part::key, sequence, kv_head, position), pair, half, cos[angle], sin[angle]);
  T* const value = at(pages, Part::value, sequence, kv_head, position);
  value[pair] = v[from + pair];
  value[pair + half] = v[from + pair + half];
}

}  // namespace

template <class T>
void rotary_and_write(T* q, const T* k, const T* v, Rows rows, int heads, const float* cos, const float* sin,
                      Pages<T> pages) {
  const std::size_t pairs = std::size_t(rows.count) * (heads + pages.kv_heads) * (pages.head_dim / 2);
  if (pairs == 0) return;
  launch({blocks_for(pairs, kThreads), kThreads}, rotary_and_write_kernel<T>, q, k, v, rows, heads, cos, sin, pages);
}

template void rotary_and_write(float*, const float*, const float*, Rows, int, const float*, const float*, Pages<float>);
template void rotary_and_write(BFloat16*, const BFloat16*, const BFloat16*, Rows, int, const float*, const float*,
                               Pages<BFloat16>);

}  // namespace radixlab::exact
