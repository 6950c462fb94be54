// y = x W^T. No sum may be split, so a thread computes a whole one, and there are rows x n of them to keep a GPU busy.
#include "kernels/cuda/exact/shapes.cuh"

namespace radixlab::exact {
namespace {

constexpr int kThreads = 64;

/// A thread an output. Neighbours read neighbouring weights of a panel, and all threads of a block the same x.
template <class T, class Y>
__global__ void linear_kernel(const T* x, Matrix<T> w, Y* y) {
  const int row = blockIdx.x, out = blockIdx.y * blockDim.x + threadIdx.x;
  if (out >= w.n) return;
  const T* const in = x + std::size_t(row) * w.k;
  const T* const weights = weights_of(w, out);
  const float sum = sum_of_products<T>(
      w.k, [&](int i) { return widen(in[i]); }, [&](int i) { return widen(weights[panel_offset<T>(i)]); });
  y[std::size_t(row) * w.n + out] = rounded<Y>(sum);
}

template <class T, class Y>
void launch_linear(const T* x, int rows, Matrix<T> w, Y* y) {
  if (rows == 0 || w.n == 0) return;
  launch({dim3(rows, blocks_for(w.n, kThreads)), kThreads}, linear_kernel<T, Y>, x, w, y);
}

}  // namespace

template <class T>
void linear(const T* x, int rows, Matrix<T> w, T* y) {
  launch_linear(x, rows, w, y);
}

template <class T>
void head(const T* x, int rows, Matrix<T> w, float* y) {
  launch_linear(x, rows, w, y);
}

template void linear(const float*, int, Matrix<float>, float*);
template void linear(const BFloat16*, int, Matrix<BFloat16>, BFloat16*);
template void head(const float*, int, Matrix<float>, float*);
template void head(const BFloat16*, int, Matrix<BFloat16>, float*);

}  // namespace radixlab::exact
