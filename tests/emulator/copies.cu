#include "kernels.hpp"
#include "kernels/cuda/language.cuh"

namespace radixlab::emulated {
namespace {

enum class Lack { nothing, wait, commit, barrier };

template <Lack lack>
__global__ void by_copy(const float* x, float* y) {
  __shared__ __align__(16) float s[2][128];
  const int t = threadIdx.x;
  float *const first = &s[0][4 * t], *const second = &s[1][4 * t];
  __pipeline_memcpy_async(first, x + 4 * t, 16);  // other: no_wait, no_commit, no_barrier
  if (lack != Lack::commit) __pipeline_commit();
  __pipeline_memcpy_async(second, x + 4 * t, 16, 8);  // half zeros
  __pipeline_commit();
  __pipeline_wait_prior(lack == Lack::wait ? 2 : 1);
  if (lack != Lack::barrier) __syncthreads();
  for (int i = t; i < 128; i += 32) y[i] = s[0][127 - i];  // fault: no_wait, no_commit, no_barrier
  __pipeline_wait_prior(0);
  __syncthreads();
  for (int i = t; i < 128; i += 32) y[i] += s[1][i];
}

template <Lack lack>
__global__ void from_neighbour(const float* x, float* y) {
  __shared__ float s[32];
  const int t = threadIdx.x;
  __pipeline_memcpy_async(&s[t], &x[t], 4);  // other: barrier_too_early, never_committed, never_waited
  if (lack != Lack::commit) __pipeline_commit();
  if (lack == Lack::barrier) __syncthreads();
  if (lack != Lack::wait) __pipeline_wait_prior(0);
  if (lack != Lack::barrier) __syncthreads();
  if (t > 0) y[t] = s[t - 1];  // fault: barrier_too_early, never_committed, never_waited
}

__global__ void far(const float* x, float* y, bool wrong) {
  __shared__ float s[32];
  __pipeline_memcpy_async(wrong ? y + threadIdx.x : s + threadIdx.x, x + threadIdx.x, 4);  // fault: copy_into_global
  __pipeline_commit();
  __pipeline_wait_prior(0);
  y[threadIdx.x] = s[threadIdx.x];
}

template <Lack lack>
void run(bool wrong, const float* x, float* y) {
  if (wrong)
    launch({1, 32}, by_copy<lack>, x, y);
  else
    launch({1, 32}, by_copy<Lack::nothing>, x, y);
}

template <Lack lack>
void run_neighbours(bool wrong, const float* x, float* y) {
  if (wrong)
    launch({1, 32}, from_neighbour<lack>, x, y);
  else
    launch({1, 32}, from_neighbour<Lack::nothing>, x, y);
}

}  // namespace

void no_wait(bool wrong, const float* x, float* y) { run<Lack::wait>(wrong, x, y); }
void no_commit(bool wrong, const float* x, float* y) { run<Lack::commit>(wrong, x, y); }
void no_barrier(bool wrong, const float* x, float* y) { run<Lack::barrier>(wrong, x, y); }
void barrier_too_early(bool wrong, const float* x, float* y) { run_neighbours<Lack::barrier>(wrong, x, y); }
void never_committed(bool wrong, const float* x, float* y) { run_neighbours<Lack::commit>(wrong, x, y); }
void never_waited(bool wrong, const float* x, float* y) { run_neighbours<Lack::wait>(wrong, x, y); }
void copy_into_global(bool wrong, const float* x, float* y) { launch({1, 32}, far, x, y, wrong); }

}  // namespace radixlab::emulated
