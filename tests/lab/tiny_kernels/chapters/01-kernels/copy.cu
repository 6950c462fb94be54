#include "01-kernels/kernels.hpp"
#include "kernels/cuda/language.cuh"

namespace radixlab {
namespace {

__global__ void copy_kernel(const float* in, int n, float* out) {
  if (static_cast<int>(threadIdx.x) < n) out[threadIdx.x] = in[threadIdx.x];
}

}  // namespace

void copy(const float* in, int n, float* out) { launch({1, 64}, copy_kernel, in, n, out); }

}  // namespace radixlab
