#include "edges.hpp"
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab::edges {
namespace {

constexpr int kThreads = 128;

__device__ inline float result(Operation operation, float a, float b, float c) {
  switch (operation) {
    case Operation::fma:
      return __fmaf_rn(a, b, c);
    case Operation::multiply:
      return a * b;
    case Operation::add:
      return a + b;
    case Operation::divide:
      return a / b;
    case Operation::root:
      return sqrtf(a);
    case Operation::exp:
      return exact::exp(a);
  }
  return 0;
}

__global__ void edges_kernel(Operation operation, const float* a, const float* b, const float* c, std::size_t n,
                             float* out) {
  const std::size_t i = std::size_t(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < n) out[i] = result(operation, a[i], b[i], c[i]);
}

}  // namespace

void run(Operation operation, const float* a, const float* b, const float* c, std::size_t n, float* out) {
  launch({exact::blocks_for(n, kThreads), kThreads}, edges_kernel, operation, a, b, c, n, out);
}

}  // namespace radixlab::edges
