#include "bench_kernels.hpp"
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab::bench {
namespace {

constexpr int kThreads = 256;

__device__ inline float number(std::size_t i) {
  const unsigned hash = static_cast<unsigned>(i) * 2654435761u;
  return static_cast<float>(hash >> 16 & 0xffffu) * 0x1p-15f - 1.0f;
}

template <class T>
__global__ void fill_kernel(T* x, std::size_t n) {
  for (std::size_t i = std::size_t(blockIdx.x) * blockDim.x + threadIdx.x; i < n;
       i += std::size_t(gridDim.x) * blockDim.x)
    x[i] = exact::rounded<T>(number(i));
}

/// Chains that do not wait for each other, as many as hide a multiply-add's latency.
__global__ void fma_kernel(float* out, float factor) {
  float sums[kFmaChains];
  for (int c = 0; c < kFmaChains; ++c) sums[c] = static_cast<float>(threadIdx.x + c);
  for (int i = 0; i < kFmaSteps; ++i) {
#pragma unroll
    for (int c = 0; c < kFmaChains; ++c) sums[c] = __fmaf_rn(sums[c], factor, 1.0f);
  }
  float sum = 0.0f;
  for (int c = 0; c < kFmaChains; ++c) sum = sum + sums[c];
  out[std::size_t(blockIdx.x) * blockDim.x + threadIdx.x] = sum;
}

}  // namespace

template <class T>
void fill(T* x, std::size_t n) {
  if (n != 0) launch({4096, kThreads}, fill_kernel<T>, x, n);
}

void fused_multiply_adds(float* out, std::size_t threads) {
  launch({static_cast<unsigned>(threads / kThreads), kThreads}, fma_kernel, out, 0.5f);
}

template void fill(float*, std::size_t);
template void fill(BFloat16*, std::size_t);

}  // namespace radixlab::bench
