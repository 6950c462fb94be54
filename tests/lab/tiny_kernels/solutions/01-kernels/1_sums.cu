#include "01-kernels/kernels.hpp"
#include "kernels/cuda/language.cuh"

namespace radixlab {

/// A block a row; `out` has a number a block.
template <class T>
__global__ void row_sums_kernel(const T* in, T* out) {
  __shared__ T part[kRow];
  part[threadIdx.x] = in[blockIdx.x * kRow + threadIdx.x];
  for (unsigned half = kRow / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
  }
  if (threadIdx.x == 0) out[blockIdx.x] = part[0];
}

// given
template <class T>
void row_sums(const T* in, int rows, T* out) {
  launch({static_cast<unsigned>(rows), kRow}, row_sums_kernel<T>, in, out);
}

template void row_sums(const float*, int, float*);

}  // namespace radixlab
