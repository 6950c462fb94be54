// Operations that add nothing up: a thread a number.
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab::exact {
namespace {

constexpr int kThreads = 128;

__device__ inline std::size_t thread_of_grid() { return std::size_t(blockIdx.x) * blockDim.x + threadIdx.x; }

/// Neighbours read the same panel 64 bytes apart: eight times the traffic of a row, which is little beside a linear layer.
template <class T>
__global__ void embedding_kernel(const std::int32_t* tokens, int rows, Matrix<T> table, T* y) {
  const std::size_t i = thread_of_grid(), row = i / table.k;
  if (row >= static_cast<std::size_t>(rows)) return;
  y[i] = weights_of(table, tokens[row])[panel_offset<T>(static_cast<int>(i % table.k))];
}

template <class T>
__global__ void silu_gate_kernel(const T* gate, const T* up, std::size_t n, T* out) {
  const std::size_t i = thread_of_grid();
  if (i >= n) return;
  const float g = widen(gate[i]), silu = g / (1.0f + exp(-g));
  out[i] = rounded<T>(silu * widen(up[i]));
}

template <class T>
__global__ void add_kernel(T* x, const T* y, std::size_t n) {
  const std::size_t i = thread_of_grid();
  if (i < n) x[i] = rounded<T>(widen(x[i]) + widen(y[i]));
}

}  // namespace

template <class T>
void embedding(const std::int32_t* tokens, int rows, Matrix<T> table, T* y) {
  const std::size_t n = std::size_t(rows) * table.k;
  if (n != 0) launch({blocks_for(n, kThreads), kThreads}, embedding_kernel<T>, tokens, rows, table, y);
}

template <class T>
void silu_gate(const T* gate, const T* up, std::size_t n, T* out) {
  if (n != 0) launch({blocks_for(n, kThreads), kThreads}, silu_gate_kernel<T>, gate, up, n, out);
}

template <class T>
void add(T* x, const T* y, std::size_t n) {
  if (n != 0) launch({blocks_for(n, kThreads), kThreads}, add_kernel<T>, x, y, n);
}

template void embedding(const std::int32_t*, int, Matrix<float>, float*);
template void embedding(const std::int32_t*, int, Matrix<BFloat16>, BFloat16*);
template void silu_gate(const float*, const float*, std::size_t, float*);
template void silu_gate(const BFloat16*, const BFloat16*, std::size_t, BFloat16*);
template void add(float*, const float*, std::size_t);
template void add(BFloat16*, const BFloat16*, std::size_t);

}  // namespace radixlab::exact
