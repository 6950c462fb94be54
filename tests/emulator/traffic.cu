#include "features.hpp"
#include "kernels/cuda/language.cuh"

namespace radixlab::emulated {
namespace {

__global__ void copy_rows_kernel(const float* x, float* y, int stride) {
  const float value = x[threadIdx.x * stride];
  y[threadIdx.x] = value;
}

__global__ void copy_vectors_kernel(const float* x, float* y) {
  reinterpret_cast<float4*>(y)[threadIdx.x] = reinterpret_cast<const float4*>(x)[threadIdx.x];
}

template <int row>
__global__ void transpose_kernel(const float* x, float* y) {
  __shared__ float tile[32][row];
  tile[threadIdx.y][threadIdx.x] = x[threadIdx.y * 32 + threadIdx.x];
  __syncthreads();
  y[threadIdx.y * 32 + threadIdx.x] = tile[threadIdx.x][threadIdx.y];
}

__global__ void broadcast_kernel(const float* x, float* y) {
  __shared__ float s;
  if (threadIdx.x == 0) s = *x;
  __syncthreads();
  y[threadIdx.x] = s + *x;
}

}  // namespace

void copy_rows(const float* x, float* y, int stride) { launch({1, 64}, copy_rows_kernel, x, y, stride); }
void copy_vectors(const float* x, float* y) { launch({1, 32}, copy_vectors_kernel, x, y); }
void transpose(const float* x, float* y, bool padded) {
  if (padded)
    launch({1, dim3(32, 32)}, transpose_kernel<33>, x, y);
  else
    launch({1, dim3(32, 32)}, transpose_kernel<32>, x, y);
}
void broadcast(const float* x, float* y) { launch({1, 32}, broadcast_kernel, x, y); }

}  // namespace radixlab::emulated
