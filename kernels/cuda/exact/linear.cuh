/// \file
/// What the three linear kernels share: each takes several matrices with one x. linear.cu chooses among them.
#pragma once
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab::exact {

/// The matrices of a launch, all of k inputs. A block computes some neighbouring outputs of one of them.
template <class T, class Y>
struct Products {
  Product<T, Y> of[kMostProducts];  ///< n is 0 where there is none
  int k;

  /// Blocks that cover all outputs, `width` each.
  __host__ __device__ int blocks(int width) const {
    int sum = 0;
    for (int i = 0; i < kMostProducts; ++i) sum += (of[i].w.n + width - 1) / width;
    return sum;
  }
};

/// A block's part: `first` and the outputs behind it, as far as there are any.
template <class T, class Y>
struct Outputs {
  Matrix<T> w;
  Y* y;  ///< [rows, w.n]
  int first;
};
template <class T, class Y>
__device__ inline Outputs<T, Y> outputs_of(const Products<T, Y>& all, int block, int width) {
  Outputs<T, Y> part = {};
#pragma unroll
  for (int i = 0; i < kMostProducts; ++i) {
    const int blocks = (all.of[i].w.n + width - 1) / width;
    if (block >= 0 && block < blocks) part = {all.of[i].w, all.of[i].y, block * width};
    block -= blocks;
  }
  return part;
}

// A step of a sum is 4 bytes of x and of w in both types: a float, or two neighbours in bfloat16.
template <class T>
constexpr int kStepNumbers = 4 / sizeof(T);
constexpr int kBlockSteps = 16;  // of bfloat16 that are a block of a tile sum

template <class T>
__device__ inline void add_step(RunningSum<T>& sum, unsigned x, unsigned w) {
  if constexpr (sizeof(T) == 4) {
    sum.add(0, __uint_as_float(x), __uint_as_float(w));
  } else {
    sum.add(0, first_of(x), first_of(w));
    sum.add(1, second_of(x), second_of(w));
  }
}

/// Few rows and many. REQUIRES: k a multiple of 32; x and all panels aligned to 16 bytes; rows > 0.
template <class T, class Y>
void linear_few_rows(const T* x, int rows, const Products<T, Y>& all);
template <class T, class Y>
void linear_many_rows(const T* x, int rows, const Products<T, Y>& all);

}  // namespace radixlab::exact
