// y = x W^T: the plain kernel, which takes any shape, and the choice between it and the two fast ones. All three add in the
// order of docs/numerics.md, so the choice changes the time and no bit.
#include <stdexcept>
#include <string>

#include "kernels/cuda/exact/linear.cuh"

namespace radixlab::exact {
namespace {

constexpr int kThreads = 64;

/// Each 8 of few rows read all weights again; many rows cost a tile of 64 rows, however few of them there are. Arithmetic, no
/// measurement, n = k = 4096 in bfloat16 on an H100: about 20 us for 8 rows, about 80 us for a tile.
constexpr int kFewRows = 32;

/// A thread an output. Neighbours read neighbouring weights of a panel, and all threads of a block the same x.
template <class T, class Y>
__global__ void linear_kernel(const T* x, Products<T, Y> all) {
  const int row = blockIdx.x;
  const Outputs<T, Y> part = outputs_of(all, blockIdx.y, kThreads);
  const int out = part.first + threadIdx.x;
  if (out >= part.w.n) return;
  const T* const in = x + std::size_t(row) * all.k;
  const T* const weights = weights_of(part.w, out);
  const float sum = sum_of_products<T>(
      all.k, [&](int i) { return widen(in[i]); }, [&](int i) { return widen(weights[panel_offset<T>(i)]); });
  part.y[std::size_t(row) * part.w.n + out] = rounded<Y>(sum);
}

/// Rows and panels are whole chunks of 16 bytes, and sums whole blocks.
template <class T, class Y>
bool takes_chunks(const T* x, const Products<T, Y>& all) {
  bool result = all.k % RunningSum<T>::kBlock == 0 && in_chunks(x);
  for (const Product<T, Y>& product : all.of) result = result && in_chunks(product.w.panels);
  return result;
}

template <class T, class Y>
void launch_linear(const T* x, int rows, const Products<T, Y>& all) {
  if (rows == 0 || all.blocks(kThreads) == 0) return;
  if (!takes_chunks(x, all)) {
    launch({dim3(rows, all.blocks(kThreads)), kThreads}, linear_kernel<T, Y>, x, all);
  } else if (rows <= kFewRows) {
    linear_few_rows(x, rows, all);
  } else {
    linear_many_rows(x, rows, all);
  }
}

}  // namespace

template <class T>
void linear(const T* x, int rows, Matrix<T> w, T* y) {
  launch_linear(x, rows, Products<T, T>{{{w, y}}, w.k});
}

template <class T>
void linear(const T* x, int rows, std::initializer_list<Product<T>> products) {
  if (products.size() == 0 || products.size() > kMostProducts)
    throw std::invalid_argument("linear: " + std::to_string(products.size()) + " matrices, expected 1 to 3");
  Products<T, T> all{{}, products.begin()->w.k};
  int i = 0;
  for (const Product<T>& product : products) {
    if (product.w.k != all.k)
      throw std::invalid_argument("linear: matrix " + std::to_string(i) + " has " + std::to_string(product.w.k) +
                                  " inputs, expected " + std::to_string(all.k) + " as the first one");
    all.of[i++] = product;
  }
  launch_linear(x, rows, all);
}

template <class T>
void head(const T* x, int rows, Matrix<T> w, float* y) {
  launch_linear(x, rows, Products<T, float>{{{w, y}}, w.k});
}

template void linear(const float*, int, Matrix<float>, float*);
template void linear(const BFloat16*, int, Matrix<BFloat16>, BFloat16*);
template void linear(const float*, int, std::initializer_list<Product<float>>);
template void linear(const BFloat16*, int, std::initializer_list<Product<BFloat16>>);
template void head(const float*, int, Matrix<float>, float*);
template void head(const BFloat16*, int, Matrix<BFloat16>, float*);

}  // namespace radixlab::exact
