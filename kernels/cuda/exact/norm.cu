// RMS norm: a lane sum has 16 accumulators, so a row has 16 threads, half a warp, and each carries one.
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab::exact {
namespace {

constexpr int kThreads = 128, kLanes = 16;

template <class T>
__global__ void rms_norm_kernel(const T* x, int rows, int d, const float* weight, float eps, T* y) {
  const int row = (blockIdx.x * blockDim.x + threadIdx.x) / kLanes, lane = threadIdx.x % kLanes;
  const int end = row < rows ? d : 0;  // threads behind the last row go on to the tree: the whole warp must come
  const T* const in = x + std::size_t(row) * d;
  float squares = 0.0f;
  for (int j = lane; j < end; j += kLanes) squares = __fmaf_rn(widen(in[j]), widen(in[j]), squares);
  const float mean = tree_sum(squares) / static_cast<float>(d);
  // A mean beyond all numbers would make a row of zeros: a normal answer to numbers that are broken.
  const float inverse = mean < infinity() ? 1.0f / sqrtf(mean + eps) : not_a_number();
  for (int j = lane; j < end; j += kLanes) y[std::size_t(row) * d + j] = rounded<T>(widen(in[j]) * inverse * weight[j]);
}

}  // namespace

template <class T>
void rms_norm(const T* x, int rows, int d, const float* weight, float eps, T* y) {
  if (rows == 0) return;
  launch({blocks_for(std::size_t(rows) * kLanes, kThreads), kThreads}, rms_norm_kernel<T>, x, rows, d, weight, eps, y);
}

template void rms_norm(const float*, int, int, const float*, float, float*);
template void rms_norm(const BFloat16*, int, int, const float*, float, BFloat16*);

}  // namespace radixlab::exact
