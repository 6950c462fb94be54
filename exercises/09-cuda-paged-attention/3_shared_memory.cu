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
  todo("9.3",
       "Which threads made the numbers that this thread is about to use? What makes it "
       "wait for them, and do all of them come?",
       call, scale);
}

/// 16 neighbouring threads a row and head; no shared memory.
template <class T>
__global__ void softmax_by_half_warps_kernel(PagedAttention<T> call) {
  todo("9.3", "The hint stands above.", call);
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
