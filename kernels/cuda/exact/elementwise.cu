// Operations that add nothing up. Time is what the memory needs: a thread has 16 bytes of each array where it can, else a number.
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

struct SiluGate {
  __device__ float operator()(float gate, float up) const { return gate / (1.0f + exp(-gate)) * up; }
};
struct Add {
  __device__ float operator()(float x, float y) const { return x + y; }
};

/// out[i] = F of a[i] and b[i].
template <class F, class T>
__global__ void number_kernel(const T* a, const T* b, std::size_t n, T* out) {
  const std::size_t i = thread_of_grid();
  if (i < n) out[i] = rounded<T>(F{}(widen(a[i]), widen(b[i])));
}

/// F of 4 bytes: a float, or two bfloat16.
template <class F, class T>
__device__ inline unsigned word_of(unsigned a, unsigned b) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return __float_as_uint(F{}(__uint_as_float(a), __uint_as_float(b)));
  } else {
    return pair_of(F{}(first_of(a), first_of(b)), F{}(second_of(a), second_of(b)));
  }
}
template <class F, class T>
__global__ void chunk_kernel(const uint4* a, const uint4* b, std::size_t chunks, uint4* out) {
  const std::size_t i = thread_of_grid();
  if (i >= chunks) return;
  const uint4 left = a[i], right = b[i];
  out[i] = make_uint4(word_of<F, T>(left.x, right.x), word_of<F, T>(left.y, right.y), word_of<F, T>(left.z, right.z),
                      word_of<F, T>(left.w, right.w));
}

template <class F, class T>
void launch_each(const T* a, const T* b, std::size_t n, T* out) {
  if (n == 0) return;
  const std::size_t chunks = n * sizeof(T) / 16;
  if (n * sizeof(T) % 16 == 0 && in_chunks(a) && in_chunks(b) && in_chunks(out)) {
    launch({blocks_for(chunks, kThreads), kThreads}, chunk_kernel<F, T>, reinterpret_cast<const uint4*>(a),
           reinterpret_cast<const uint4*>(b), chunks, reinterpret_cast<uint4*>(out));
  } else {
    launch({blocks_for(n, kThreads), kThreads}, number_kernel<F, T>, a, b, n, out);
  }
}

}  // namespace

template <class T>
void embedding(const std::int32_t* tokens, int rows, Matrix<T> table, T* y) {
  const std::size_t n = std::size_t(rows) * table.k;
  if (n != 0) launch({blocks_for(n, kThreads), kThreads}, embedding_kernel<T>, tokens, rows, table, y);
}

template <class T>
void silu_gate(const T* gate, const T* up, std::size_t n, T* out) {
  launch_each<SiluGate>(gate, up, n, out);
}

template <class T>
void add(T* x, const T* y, std::size_t n) {
  launch_each<Add>(x, y, n, x);
}

template void embedding(const std::int32_t*, int, Matrix<float>, float*);
template void embedding(const std::int32_t*, int, Matrix<BFloat16>, BFloat16*);
template void silu_gate(const float*, const float*, std::size_t, float*);
template void silu_gate(const BFloat16*, const BFloat16*, std::size_t, BFloat16*);
template void add(float*, const float*, std::size_t);
template void add(BFloat16*, const BFloat16*, std::size_t);

}  // namespace radixlab::exact
