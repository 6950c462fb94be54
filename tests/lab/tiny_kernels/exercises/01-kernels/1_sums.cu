#include "01-kernels/kernels.hpp"
#include "contract/todo.hpp"
#include "kernels/cuda/language.cuh"

namespace radixlab {

/// A block a row; `out` has a number a block.
template <class T>
__global__ void row_sums_kernel(const T* in, T* out) {
  todo("1.1", "Who adds what?", in, out);
}

// given
template <class T>
void row_sums(const T* in, int rows, T* out) {
  launch({static_cast<unsigned>(rows), kRow}, row_sums_kernel<T>, in, out);
}

template void row_sums(const float*, int, float*);

}  // namespace radixlab
