// Rung 2: a batch of rows, each of its own length, and keys and values wherever the page table says.
//
// A key's address costs a division, a remainder and a read of the table; the bytes and the sums are rung 1's.
#include "09-cuda-paged-attention/paged_attention.hpp"
#include "contract/todo.hpp"
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab {

// given
using exact::end_of_mix, exact::Part, exact::rounded, exact::sum_of_products, exact::widen;

/// A block some positions of one row and head, blockIdx.x = row * heads + head; a thread a position.
template <class T>
__global__ void scores_paged_kernel(PagedAttention<T> call, float scale) {
  const int item = blockIdx.x, row = item / call.heads, head = item % call.heads;
  const int position = blockIdx.y * blockDim.x + threadIdx.x;
  if (position >= call.rows.length[row]) return;
  const int kv_head = head / (call.heads / call.pages.kv_heads);
  const T* const query = call.q + std::size_t(item) * call.pages.head_dim;
  const T* const key = exact::at(call.pages, Part::key, call.rows.sequence[row], kv_head, position);
  const float sum = sum_of_products<T>(
      call.pages.head_dim, [&](int d) { return widen(query[d]); }, [&](int d) { return widen(key[d]); });
  call.scores[std::size_t(item) * call.max_length + position] = sum * scale;
}

/// A thread a coordinate of one row and head: number i of `out`.
template <class T>
__global__ void mix_paged_kernel(PagedAttention<T> call) {
  const std::size_t i = std::size_t(blockIdx.x) * blockDim.x + threadIdx.x;
  const int d = static_cast<int>(i % call.pages.head_dim), item = static_cast<int>(i / call.pages.head_dim);
  if (item >= call.rows.count * call.heads) return;
  const int row = item / call.heads, sequence = call.rows.sequence[row];
  const int kv_head = item % call.heads / (call.heads / call.pages.kv_heads);
  const float* const weight = call.scores + std::size_t(item) * call.max_length;
  const float sum = sum_of_products<T>(
      call.rows.length[row], [&](int j) { return weight[j]; },
      [&](int j) { return widen(exact::at(call.pages, Part::value, sequence, kv_head, j)[d]); });
  call.out[i] = rounded<T>(end_of_mix<T>(sum) * call.inverse_sums[item]);
}

// given
template <class T>
void scores_paged(const PagedAttention<T>& call) {
  constexpr int kThreads = 64;
  const unsigned items = static_cast<unsigned>(call.rows.count * call.heads);
  if (items == 0 || call.max_length == 0) return;
  launch({dim3(items, exact::blocks_for(call.max_length, kThreads)), kThreads}, scores_paged_kernel<T>, call,
         exact::score_scale(call.pages.head_dim));
}

// given
template <class T>
void mix_paged(const PagedAttention<T>& call) {
  constexpr int kThreads = 64;
  const std::size_t numbers = std::size_t(call.rows.count) * call.heads * call.pages.head_dim;
  if (numbers != 0) launch({exact::blocks_for(numbers, kThreads), kThreads}, mix_paged_kernel<T>, call);
}

template void scores_paged(const PagedAttention<float>&);
template void scores_paged(const PagedAttention<BFloat16>&);
template void mix_paged(const PagedAttention<float>&);
template void mix_paged(const PagedAttention<BFloat16>&);

}  // namespace radixlab
