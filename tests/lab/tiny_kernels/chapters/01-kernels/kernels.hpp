#pragma once

namespace radixlab {

constexpr int kRow = 64;

/// out[row] = the sum of in [rows, kRow].
template <class T>
void row_sums(const T* in, int rows, T* out);

/// out [n] = in [n].
void copy(const float* in, int n, float* out);

int least(int a, int b);

}  // namespace radixlab
