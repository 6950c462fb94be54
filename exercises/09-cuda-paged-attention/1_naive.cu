#include "09-cuda-paged-attention/paged_attention.hpp"
#include "contract/todo.hpp"
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab {

// given
using exact::end_of_mix, exact::rounded, exact::sum_of_products, exact::widen;

/// scores [heads, length]; a thread a head and position.
template <class T>
__global__ void scores_naive_kernel(const T* q, const T* k, HeadShape shape, int length, float scale, float* scores) {
  todo("9.1",
       "Which number does this thread make, and is there such a number? Which sum does it "
       "need, and in which order of docs/numerics.md?",
       q, k, shape, length, scale, scores);
}

/// Scores become weights, exp(score - maximum) rounded to T, in place; inverse_sums [heads]. A thread a head.
template <class T>
__global__ void softmax_naive_kernel(int heads, int length, float* scores, float* inverse_sums) {
  todo("9.1", "The hint stands above.", heads, length, scores, inverse_sums);
}

/// out [heads, head_dim]; a thread a head and coordinate.
template <class T>
__global__ void mix_naive_kernel(const float* weights, const float* inverse_sums, const T* v, HeadShape shape,
                                 int length, T* out) {
  todo("9.1", "The hint stands above.", weights, inverse_sums, v, shape, length, out);
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
