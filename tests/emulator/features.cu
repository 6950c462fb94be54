#include "contract/todo.hpp"
#include "features.hpp"
#include "kernels/cuda/language.cuh"

namespace radixlab::emulated {
namespace {

constexpr unsigned kAll = 0xffffffffu;

__global__ void indices_kernel(unsigned* out) {
  const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  out[block * blockDim.x * blockDim.y * blockDim.z + thread] =
      100000 * blockIdx.z + 10000 * blockIdx.y + 1000 * blockIdx.x + 100 * threadIdx.z + 10 * threadIdx.y + threadIdx.x;
}

__global__ void shuffles_kernel(float* out) {
  const float x = static_cast<float>(threadIdx.x);
  float* const mine = out + 10 * threadIdx.x;
  mine[0] = __shfl_sync(kAll, x, 5);
  mine[1] = __shfl_sync(kAll, x, 5, 8);
  mine[2] = __shfl_sync(kAll, x, 11, 8);  // the lane wraps around in its part
  mine[3] = __shfl_up_sync(kAll, x, 3);
  mine[4] = __shfl_up_sync(kAll, x, 3, 4);
  mine[5] = __shfl_down_sync(kAll, x, 3);
  mine[6] = __shfl_down_sync(kAll, x, 3, 4);
  mine[7] = __shfl_xor_sync(kAll, x, 16);
  mine[8] = __shfl_xor_sync(kAll, x, 1, 4);
  mine[9] = threadIdx.x < 8 ? __shfl_xor_sync(0x000000ffu, x, 7) : -1;
}

__global__ void wide_shuffle_kernel(const double* in, std::int64_t* out) {
  const double value = __shfl_xor_sync(kAll, in[threadIdx.x], 1);
  out[threadIdx.x] = __shfl_down_sync(kAll, static_cast<long long>(value) * -3'000'000'000, 1);
}

__global__ void votes_kernel(unsigned* out) {
  const unsigned t = threadIdx.x, mask = t < 32 ? kAll : 0x0000ffffu;
  unsigned* const mine = out + 5 * t;
  mine[0] = __ballot_sync(mask, t % 3 == 0);
  mine[1] = __any_sync(mask, t == 33);
  mine[2] = __all_sync(mask, t != 33);
  mine[3] = __syncthreads_count(t % 3 == 0);
  mine[4] = __syncthreads_or(t == 47) * 2 + __syncthreads_and(t < 47);
}

__global__ void integer_atomics_kernel(int* sum, unsigned* largest, int* product) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  atomicAdd(sum, i);
  atomicMax(largest, (i * 7919u) % 1000u);
  if (i % 16 != 0) return;
  int seen = atomicAdd(product, 0), expected = 0;
  do {
    expected = seen;
    seen = atomicCAS(product, expected, expected * 3);
  } while (seen != expected);
}

__global__ void float_atomic_kernel(float* sum) { atomicAdd(sum, 0.5f); }

__global__ void reverse_kernel(const float* x, float* y, unsigned n) {
  RADIXLAB_DYNAMIC_SHARED(float, s);
  const unsigned t = threadIdx.x;
  s[t] = x[blockIdx.x * blockDim.x + t];
  __syncthreads();
  y[n - (blockIdx.x + 1) * blockDim.x + t] = s[blockDim.x - 1 - t];
}

__global__ void through_bfloat16_kernel(const BFloat16* x, BFloat16* y, unsigned n) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const float value = __uint_as_float(static_cast<unsigned>(x[i].bits) << 16);
  y[i] = BFloat16{static_cast<std::uint16_t>(__float_as_uint(value * 2) >> 16)};
}

__global__ void small_numbers_kernel(const float* in, float* out) {
  out[0] = __fmul_rn(in[0], in[0]);
  out[1] = in[1] + in[1];
  out[2] = in[2] * in[3] + in[4];
}

__global__ void pipelined_kernel(const float* x, float* out, int tiles) {
  __shared__ __align__(16) float tile[2][128];
  const int t = threadIdx.x;
  float sum = 0;
  __pipeline_memcpy_async(&tile[0][4 * t], x + 4 * t, 16);
  __pipeline_commit();
  for (int i = 0; i < tiles; ++i) {
    if (i + 1 < tiles) __pipeline_memcpy_async(&tile[(i + 1) % 2][4 * t], x + 128 * (i + 1) + 4 * t, 16);
    __pipeline_commit();
    __pipeline_wait_prior(1);
    __syncthreads();
    for (int j = 0; j < 4; ++j) sum += tile[i % 2][127 - 4 * t - j];
    __syncthreads();
  }
  out[t] = sum;
}

__global__ void bytes_kernel(unsigned char* out) {
  __shared__ unsigned char s[33];
  const unsigned t = threadIdx.x;
  s[t] = static_cast<unsigned char>(t * 3);
  s[t] = static_cast<unsigned char>(s[t] + 1);
  __syncthreads();
  out[t] = s[32 - t];
}

__global__ void unwritten_kernel(float* x) {
  x[threadIdx.x] = 1;
  __syncthreads();
  if (threadIdx.x == 40) todo("9.1", "Add.", x);
  __syncthreads();
}

}  // namespace

void indices(unsigned* out) { launch({dim3(2, 3, 2), dim3(3, 2, 4)}, indices_kernel, out); }
void shuffles(float* out) { launch({1, 32}, shuffles_kernel, out); }
void wide_shuffle(const double* in, std::int64_t* out) { launch({1, 32}, wide_shuffle_kernel, in, out); }
void votes(unsigned* out) { launch({1, 48}, votes_kernel, out); }
void integer_atomics(int* sum, unsigned* largest, int* lock_free_product) {
  launch({3, 64}, integer_atomics_kernel, sum, largest, lock_free_product);
}
void float_atomic(float* sum) { launch({5, 96}, float_atomic_kernel, sum); }
void reverse(const float* x, float* y, unsigned n) { launch({n / 64, 64, 256}, reverse_kernel, x, y, n); }
void through_bfloat16(const BFloat16* x, BFloat16* y, unsigned n) {
  launch({(n + 63) / 64, 64}, through_bfloat16_kernel, x, y, n);
}
void small_numbers(const float* in, float* out) { launch({1, 1}, small_numbers_kernel, in, out); }
void pipelined(const float* x, float* out, int tiles) { launch({1, 32}, pipelined_kernel, x, out, tiles); }
void bytes(unsigned char* out) { launch({1, 33}, bytes_kernel, out); }

void unwritten(float* x) { launch({1, 64}, unwritten_kernel, x); }

}  // namespace radixlab::emulated
