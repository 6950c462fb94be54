#include "kernels.hpp"
#include "kernels/cuda/language.cuh"

namespace radixlab::emulated {
namespace {

constexpr unsigned kAll = 0xffffffffu;

__global__ void barrier_if(float* y, unsigned first) {
  if (threadIdx.x < first) __syncthreads();  // fault: barrier_in_branch
  y[threadIdx.x] = 1;
}

__global__ void barrier_after_return(float* y, int n, bool wrong) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  if (wrong && t >= n) return;
  s[t] = static_cast<float>(t);
  __syncthreads();  // fault: return_before_barrier
  if (t < n) y[t] = s[n - 1 - t];
}

__global__ void barrier_or_barrier(float* y, unsigned half) {
  if (threadIdx.x < half)
    __syncthreads();  // fault: two_barriers
  else
    __syncthreads();
  y[threadIdx.x] = 1;
}

__global__ void shuffle_if(float* y, unsigned first) {
  const unsigned t = threadIdx.x;
  float value = static_cast<float>(t);
  if (t < first) value = __shfl_xor_sync(kAll, value, 1);  // fault: shuffle_in_branch
  __syncthreads();
  y[t] = value;
}

__global__ void shuffle_of_rest(float* y, unsigned n, unsigned mask) {
  const unsigned t = threadIdx.x;
  if (t >= n) return;
  y[t] = __shfl_down_sync(mask, static_cast<float>(t), 4, 8);  // fault: shuffle_after_return
}

__global__ void shuffle_with_mask(float* y, unsigned mask) {
  y[threadIdx.x] = __shfl_xor_sync(mask, static_cast<float>(threadIdx.x), 1);  // fault: mask_without_itself
}

__global__ void shuffle_from(float* y, int lane, unsigned mask) {
  if (threadIdx.x < 16) y[threadIdx.x] = __shfl_sync(mask, 1.0f, lane);  // fault: lane_outside_mask
}

__global__ void shuffle_in_small_block(float* y, int width) {
  y[threadIdx.x] = __shfl_down_sync(kAll, 1.0f, 8, width);  // fault: lane_that_is_not
}

__global__ void shuffle_in_halves(float* y, unsigned first, unsigned second) {
  const unsigned t = threadIdx.x;
  y[t] = __shfl_xor_sync(t < 16 ? first : second, 1.0f, 1);  // fault: two_masks
}

__global__ void shuffle_or_shuffle(float* y, unsigned half) {
  const unsigned t = threadIdx.x;
  float value = static_cast<float>(t);
  if (t < half)
    value = __shfl_xor_sync(kAll, value, 1);  // fault: two_shuffles
  else
    value = __shfl_xor_sync(kAll, value, 1);
  y[t] = value;
}

__global__ void vote_if(unsigned* y, unsigned first) {
  const unsigned t = threadIdx.x;
  if (t < first) y[t] = __ballot_sync(kAll, t % 2);  // fault: vote_in_branch
  __syncthreads();
}

__global__ void parts(float* y, int width) {
  y[threadIdx.x] = __shfl_sync(kAll, static_cast<float>(threadIdx.x), 0, width);  // fault: odd_width
}

}  // namespace

void barrier_in_branch(bool wrong, float* y) { launch({1, 64}, barrier_if, y, wrong ? 32u : 64u); }
void return_before_barrier(bool wrong, float* y, int n) { launch({1, 64}, barrier_after_return, y, n, wrong); }
void two_barriers(bool wrong, float* y) { launch({1, 64}, barrier_or_barrier, y, wrong ? 32u : 64u); }
void shuffle_in_branch(bool wrong, float* y) { launch({1, 64}, shuffle_if, y, wrong ? 24u : 64u); }
void shuffle_after_return(bool wrong, float* y) {
  launch({1, 32}, shuffle_of_rest, y, 24u, wrong ? kAll : 0x00ffffffu);
}
void mask_without_itself(bool wrong, float* y) { launch({1, 32}, shuffle_with_mask, y, wrong ? 0x0000ffffu : kAll); }
void lane_outside_mask(bool wrong, float* y) { launch({1, 32}, shuffle_from, y, wrong ? 20 : 12, 0x0000ffffu); }
void lane_that_is_not(bool wrong, float* y) { launch({1, 16}, shuffle_in_small_block, y, wrong ? 32 : 16); }
void two_masks(bool wrong, float* y) { launch({1, 32}, shuffle_in_halves, y, wrong ? 0x0001ffffu : kAll, kAll); }
void two_shuffles(bool wrong, float* y) { launch({1, 32}, shuffle_or_shuffle, y, wrong ? 16u : 32u); }
void vote_in_branch(bool wrong, unsigned* y) { launch({1, 64}, vote_if, y, wrong ? 40u : 64u); }
void odd_width(bool wrong, float* y) { launch({1, 32}, parts, y, wrong ? 12 : 8); }

}  // namespace radixlab::emulated
