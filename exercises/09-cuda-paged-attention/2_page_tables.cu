#include "09-cuda-paged-attention/paged_attention.hpp"
#include "contract/todo.hpp"
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab {

// given
using exact::end_of_mix, exact::Part, exact::rounded, exact::sum_of_products, exact::widen;

/// A block some positions of one row and head, blockIdx.x = row * heads + head; a thread a position.
template <class T>
__global__ void scores_paged_kernel(PagedAttention<T> call, float scale) {
  todo("9.2",
       "Two rows of different requests stand side by side in the batch. Which numbers of row r depend on r, "
       "which on its sequence? Where does what it sees end?",
       call, scale);
}

/// A thread a coordinate of one row and head: number i of `out`.
template <class T>
__global__ void mix_paged_kernel(PagedAttention<T> call) {
  todo("9.2", "The hint stands above.", call);
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
