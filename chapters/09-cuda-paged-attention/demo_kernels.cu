#include "09-cuda-paged-attention/demo_kernels.hpp"
#include "kernels/cuda/exact/numerics.cuh"

namespace radixlab {
namespace {

template <class T>
__global__ void load_one_each_kernel(const T* x, int stride, T* y) {
  const T number = x[threadIdx.x * stride];
  y[threadIdx.x] = number;
}

__global__ void add_up_rows_kernel(int pitch, int count, float* y) {
  RADIXLAB_DYNAMIC_SHARED(float, rows);
  for (int i = threadIdx.x; i < 32 * pitch; i += 32) rows[i] = 1.0f;
  __syncwarp();
  float sum = 0.0f;
  for (int d = 0; d < count; ++d) {
    const float number = rows[threadIdx.x * pitch + d];
    sum = sum + number;
  }
  y[threadIdx.x] = sum;
}

template <bool barrier>
__global__ void scores_of_a_tile_kernel(const float* query, const float* keys, int* copied_by, float* scores) {
  constexpr int kPitch = kTileDim + 1;
  __shared__ float tile[kTileKeys * kPitch];
  for (int i = threadIdx.x; i < kTileKeys * kTileDim; i += kTileKeys) {
    tile[i / kTileDim * kPitch + i % kTileDim] = keys[i];
    copied_by[i] = threadIdx.x;
  }
  if (barrier) __syncthreads();
  float sum = 0.0f;
  for (int d = 0; d < kTileDim; ++d) {
    const float key = tile[threadIdx.x * kPitch + d];
    sum = __fmaf_rn(query[d], key, sum);
  }
  scores[threadIdx.x] = sum;
}

template <class T>
__global__ void sum_by_chains_kernel(const T* a, const T* b, int n, int pieces, float* parts, float* sum) {
  const int chains = chains_of<T>(n), chain = threadIdx.x / pieces, terms = n / chains / pieces;
  const int first = threadIdx.x % pieces * terms;
  float part = 0.0f;
  for (int i = first; i < first + terms; ++i) {
    const int at =
        chains == 1 ? i : chain / 2 * 32 + i * 2 + chain % 2;  // in bfloat16: a block's even ones, or its odd ones
    part = __fmaf_rn(exact::widen(a[at]), exact::widen(b[at]), part);
  }
  parts[threadIdx.x] = part;
  __syncthreads();
  if (threadIdx.x != 0) return;
  const auto value = [&](int c) {
    float whole = parts[c * pieces];
    for (int piece = 1; piece < pieces; ++piece) whole = whole + parts[c * pieces + piece];
    return whole;
  };
  float all = chains == 1 ? value(0) : 0.0f;
  for (int c = 0; c + 1 < chains; c += 2) all = all + (value(c) + value(c + 1));
  *sum = all;
}

}  // namespace

template <class T>
void load_one_each(const T* x, int stride, T* y) {
  launch({1, 32}, load_one_each_kernel<T>, x, stride, y);
}

void add_up_rows(int pitch, int count, float* y) {
  launch({1, 32, std::size_t(32) * pitch * sizeof(float)}, add_up_rows_kernel, pitch, count, y);
}

void scores_of_a_tile(bool barrier, const float* query, const float* keys, int* copied_by, float* scores) {
  const auto kernel = barrier ? scores_of_a_tile_kernel<true> : scores_of_a_tile_kernel<false>;
  launch({1, kTileKeys}, kernel, query, keys, copied_by, scores);
}

template <class T>
void sum_by_chains(const T* a, const T* b, int n, int pieces, float* parts, float* sum) {
  const unsigned threads = static_cast<unsigned>(chains_of<T>(n) * pieces);
  launch({1, threads}, sum_by_chains_kernel<T>, a, b, n, pieces, parts, sum);
}

template void load_one_each(const float*, int, float*);
template void load_one_each(const BFloat16*, int, BFloat16*);
template void sum_by_chains(const float*, const float*, int, int, float*, float*);
template void sum_by_chains(const BFloat16*, const BFloat16*, int, int, float*, float*);

}  // namespace radixlab
