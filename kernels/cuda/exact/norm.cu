// RMS norm: a lane sum has 16 accumulators, so a row has 16 threads that add up, half a warp, and each carries one.
//
// One row, as decode has it, is all latency. Half a warp that loads as it adds waits for memory d / 16 times, four loads at once:
// at d = 4096 some 30 us, more than a linear layer (arithmetic, no measurement). So where rows are whole chunks a block fetches
// its row and the weights into shared memory at once: one wait, then 256 additions in a row, some 2 us.
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab::exact {
namespace {

constexpr int kThreads = 128, kLanes = 16;
constexpr std::size_t kHead = 16, kMostBytes = 64 * 1024;  // of shared memory: what a T4 gives a block

/// 1 / the root of the mean of a row's squares, from a lane's share of them. The whole warp must come.
__device__ inline float inverse_root(float squares, int d, float eps) {
  const float mean = tree_sum(squares) / static_cast<float>(d);
  // A mean beyond all numbers would make a row of zeros: a normal answer to numbers that are broken.
  return mean < infinity() ? 1.0f / sqrtf(mean + eps) : not_a_number();
}

/// Half a warp a row.
template <class T>
__global__ void rms_norm_kernel(const T* x, int rows, int d, const float* weight, float eps, T* y) {
  const int row = (blockIdx.x * blockDim.x + threadIdx.x) / kLanes, lane = threadIdx.x % kLanes;
  const int end = row < rows ? d : 0;  // threads behind the last row go on to the tree
  const T* const in = x + std::size_t(row) * d;
  float squares = 0.0f;
  for (int j = lane; j < end; j += kLanes) squares = __fmaf_rn(widen(in[j]), widen(in[j]), squares);
  const float inverse = inverse_root(squares, d, eps);
  for (int j = lane; j < end; j += kLanes) y[std::size_t(row) * d + j] = rounded<T>(widen(in[j]) * inverse * weight[j]);
}

/// Copies of 16 bytes by all threads of a block; done after wait and barrier.
__device__ inline void fetch(void* to, const void* from, std::size_t bytes) {
  for (std::size_t i = threadIdx.x * 16; i < bytes; i += kThreads * 16)
    __pipeline_memcpy_async(static_cast<char*>(to) + i, static_cast<const char*>(from) + i, 16);
}

/// A block a row. Dynamic shared memory: 16 bytes for the result of the first warp, the weights, the row.
template <class T>
__global__ void __launch_bounds__(kThreads)
    rms_norm_row_kernel(const T* x, int d, const float* weight, float eps, T* y) {
  RADIXLAB_DYNAMIC_SHARED(float, inverse);
  float* const weights = inverse + kHead / sizeof(float);
  T* const row = reinterpret_cast<T*>(weights + d);
  const std::size_t first = std::size_t(blockIdx.x) * d;
  fetch(row, x + first, d * sizeof(T));
  fetch(weights, weight, d * sizeof(float));
  __pipeline_commit();
  __pipeline_wait_prior(0);
  __syncthreads();
  if (threadIdx.x < warpSize) {  // both of its halves the same: the tree needs them
    float squares = 0.0f;
#pragma unroll 8
    for (int j = threadIdx.x % kLanes; j < d; j += kLanes) squares = __fmaf_rn(widen(row[j]), widen(row[j]), squares);
    const float result = inverse_root(squares, d, eps);
    if (threadIdx.x == 0) *inverse = result;
  }
  __syncthreads();
  for (int j = threadIdx.x; j < d; j += kThreads) y[first + j] = rounded<T>(widen(row[j]) * *inverse * weights[j]);
}

}  // namespace

template <class T>
void rms_norm(const T* x, int rows, int d, const float* weight, float eps, T* y) {
  if (rows == 0) return;
  const std::size_t bytes = kHead + d * (sizeof(T) + sizeof(float));
  if (d * sizeof(T) % 16 == 0 && bytes <= kMostBytes && in_chunks(x) && in_chunks(weight)) {
    launch({rows, kThreads, bytes}, rms_norm_row_kernel<T>, x, d, weight, eps, y);
  } else {
    launch({blocks_for(std::size_t(rows) * kLanes, kThreads), kThreads}, rms_norm_kernel<T>, x, rows, d, weight, eps,
           y);
  }
}

template void rms_norm(const float*, int, int, const float*, float, float*);
template void rms_norm(const BFloat16*, int, int, const float*, float, BFloat16*);

}  // namespace radixlab::exact
