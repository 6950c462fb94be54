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
  todo("9.5",
       "A sum and a mix were made with one maximum, and now a larger one "
       "holds. By how much are both too large?",
       call, splits, scale);
}

/// A thread a coordinate of one row and head: number i of `out`.
template <class T>
__global__ void merge_kernel(PagedAttention<T> call, Splits splits) {
  todo("9.5", "The hint stands above.", call, splits);
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
