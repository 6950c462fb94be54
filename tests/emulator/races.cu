#include "kernels.hpp"
#include "kernels/cuda/language.cuh"

namespace radixlab::emulated {
namespace {

template <bool wrong>
__global__ void sum_of_64(const float* x, float* y) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  s[t] = x[t];
  __syncthreads();
  for (int half = 32; half > 0; half /= 2) {
    if (t < half) s[t] += s[t + half];  // fault: missing_barrier. other: missing_barrier
    if (!wrong) __syncthreads();
  }
  if (t == 0) *y = s[0];
}

template <bool wrong>
__global__ void tile_by_tile(const float* x, float* y) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  float sum = 0;
  for (int begin = 0; begin < 128; begin += 64) {
    tile[t] = x[begin + t];  // fault: tile_used_again
    __syncthreads();
    sum += tile[63 - t];  // other: tile_used_again
    if (!wrong) __syncthreads();
  }
  y[t] = sum;
}

template <bool wrong>
__global__ void next_lane(float* y) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  s[t] = static_cast<float>(t);  // other: warp_neighbours
  if (!wrong) __syncwarp();
  y[t] = s[t ^ 1];  // fault: warp_neighbours
}

/// Halves of a warp that know of each other: by way of all 32 lanes, or (wrong) not at all.
template <bool wrong>
__global__ void halves(float* y) {
  __shared__ float s[32];
  const int t = threadIdx.x;
  s[t] = static_cast<float>(t);  // other: partial_syncwarp
  __syncwarp(t < 16 ? 0x0000ffffu : 0xffff0000u);
  if (!wrong) __syncwarp(t % 16 < 8 ? 0x00ff00ffu : 0xff00ff00u);  // both halves of each half, so: all of all
  y[t] = s[31 - t];                                                // fault: partial_syncwarp
}

template <bool wrong>
__global__ void count(int* sum) {
  if (wrong)
    *sum += 1;  // fault: sum_without_atomic. other: sum_without_atomic
  else
    atomicAdd(sum, 1);
}

template <bool wrong>
__global__ void count_and_look(int* sum, int* y) {
  atomicAdd(sum, 1);  // other: read_of_atomic
  if (!wrong) __syncthreads();
  y[threadIdx.x] = *sum;  // fault: read_of_atomic
}

/// A shuffle lets lanes meet, but orders nothing in memory.
template <bool wrong>
__global__ void read_shuffle_write(float* y) {
  __shared__ float s;
  if (threadIdx.x == 0) s = 1;
  __syncthreads();
  float value = s;  // other: shuffle_is_no_barrier
  value += __shfl_xor_sync(0xffffffffu, value, 1);
  if (!wrong) __syncwarp();
  if (threadIdx.x == 0) s = value;  // fault: shuffle_is_no_barrier
  y[threadIdx.x] = value;
}

template <bool wrong>
__global__ void read_meet_write(float* y) {
  __shared__ float s;
  if (threadIdx.x == 0) s = 1;
  __syncthreads();
  const float value = s;  // other: warp_is_not_block
  if (wrong)
    __syncwarp();
  else
    __syncthreads();
  if (threadIdx.x == 0) s = 2;  // fault: warp_is_not_block
  y[threadIdx.x] = value;
}

template <bool wrong>
__global__ void one_adds(int* sum, int* y) {
  if (threadIdx.x == 0) atomicAdd(sum, 1);  // other: add_or_look
  if (!wrong) __syncthreads();
  if (threadIdx.x != 0) y[threadIdx.x] = *sum;  // fault: add_or_look
}

template <bool wrong>
__global__ void all_add(int* sum, int* y) {
  atomicAdd(sum, 1);  // other: first_of_many_looks
  __shfl_sync(0xffffffffu, 0, 0);
  if (!wrong) __syncwarp();
  if (threadIdx.x == 0) *y = *sum;  // fault: first_of_many_looks
}

template <bool wrong>
__global__ void two_bytes_read(unsigned* y) {
  __shared__ unsigned char s[2];
  const unsigned t = threadIdx.x;
  if (t < 2) s[t] = 7;
  __syncthreads();
  if (t == 0) y[0] = s[0] + s[1];  // other: byte_read_first
  if (!wrong) __syncthreads();
  if (t == 1) s[0] = 8;  // fault: byte_read_first
}

template <bool wrong>
__global__ void two_bytes_written(unsigned* y) {
  __shared__ unsigned char s[2];
  const unsigned t = threadIdx.x;
  if (t == 0) {
    s[0] = 7;
    s[1] = 8;  // other: byte_written_first
  }
  if (!wrong) __syncthreads();
  if (t == 1) y[0] = s[0];  // fault: byte_written_first
}

template <bool wrong>
__global__ void one_each(float* y) {
  if (threadIdx.x == 0) y[wrong ? 0 : blockIdx.x] = 1;  // fault: blocks_write_one. other: blocks_write_one
}

template <bool wrong>
__global__ void next_block(float* y, float* z) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  y[i] = 1;                              // fault: blocks_read_another
  z[i] = y[wrong ? (i + 64) % 128 : i];  // other: blocks_read_another
}

template <bool wrong>
__global__ void add_up(float* sum) {
  if (wrong) {
    if (threadIdx.x == 0) *sum += 1;  // fault: blocks_sum. other: blocks_sum
  } else {
    atomicAdd(sum, 1.0f);
  }
}

/// As tests name them: launch the one or the other.
#define RADIXLAB_EITHER(shape, kernel, ...)   \
  if (wrong)                                  \
    launch(shape, kernel<true>, __VA_ARGS__); \
  else                                        \
    launch(shape, kernel<false>, __VA_ARGS__)

}  // namespace

void missing_barrier(bool wrong, const float* x, float* y) { RADIXLAB_EITHER((LaunchShape{1, 64}), sum_of_64, x, y); }
void tile_used_again(bool wrong, const float* x, float* y) {
  RADIXLAB_EITHER((LaunchShape{1, 64}), tile_by_tile, x, y);
}
void warp_neighbours(bool wrong, float* y) { RADIXLAB_EITHER((LaunchShape{1, 64}), next_lane, y); }
void partial_syncwarp(bool wrong, float* y) { RADIXLAB_EITHER((LaunchShape{1, 32}), halves, y); }
void sum_without_atomic(bool wrong, int* sum) { RADIXLAB_EITHER((LaunchShape{1, 64}), count, sum); }
void read_of_atomic(bool wrong, int* sum, int* y) { RADIXLAB_EITHER((LaunchShape{1, 64}), count_and_look, sum, y); }
void shuffle_is_no_barrier(bool wrong, float* y) { RADIXLAB_EITHER((LaunchShape{1, 32}), read_shuffle_write, y); }
void warp_is_not_block(bool wrong, float* y) { RADIXLAB_EITHER((LaunchShape{1, 64}), read_meet_write, y); }
void add_or_look(bool wrong, int* sum, int* y) { RADIXLAB_EITHER((LaunchShape{1, 64}), one_adds, sum, y); }
void first_of_many_looks(bool wrong, int* sum, int* y) { RADIXLAB_EITHER((LaunchShape{1, 32}), all_add, sum, y); }
void byte_read_first(bool wrong, unsigned* y) { RADIXLAB_EITHER((LaunchShape{1, 32}), two_bytes_read, y); }
void byte_written_first(bool wrong, unsigned* y) { RADIXLAB_EITHER((LaunchShape{1, 32}), two_bytes_written, y); }
void blocks_write_one(bool wrong, float* y) { RADIXLAB_EITHER((LaunchShape{2, 64}), one_each, y); }
void blocks_read_another(bool wrong, float* y, float* z) { RADIXLAB_EITHER((LaunchShape{2, 64}), next_block, y, z); }
void blocks_sum(bool wrong, float* sum) { RADIXLAB_EITHER((LaunchShape{2, 64}), add_up, sum); }

}  // namespace radixlab::emulated
