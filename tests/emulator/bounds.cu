#include "kernels.hpp"
#include "kernels/cuda/exact/vectors.cuh"
#include "kernels/cuda/language.cuh"

namespace radixlab::emulated {
namespace {

__global__ void shifted(const float* x, float* y, int n, int from, int to) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const float value = x[i + from];  // fault: read_behind, read_before, freed, host_memory
  y[i + to] = value;                // fault: write_behind
}

__global__ void through_static(float* y, int by, bool second) {
  __shared__ float first[64];
  __shared__ float other[64];
  const int t = threadIdx.x;
  first[t] = 1;
  other[t] = 2;
  __syncthreads();
  y[t] = (second ? other : first)[t + by];  // fault: first_shared_behind, other_shared_behind
}

__global__ void through_dynamic(float* y, int by) {
  RADIXLAB_DYNAMIC_SHARED(float, s);
  const int t = threadIdx.x;
  s[t + by] = 1;  // fault: dynamic_shared_behind
  y[t] = s[t + by];
}

__global__ void in_fours(const float* x, float* y) {
  const float4 four = *reinterpret_cast<const float4*>(x + 4 * threadIdx.x);  // fault: misaligned_vector
  *reinterpret_cast<float4*>(y + 4 * threadIdx.x) = make_float4(four.w, four.z, four.y, four.x);
}

__global__ void by_header(const float* x, float* y) {
  const float2 two = exact::load_pair(x + 2 * threadIdx.x);  // fault: misaligned_in_header
  y[threadIdx.x] = two.x + two.y;
}

__global__ void first_half(float* scratch, int n) {
  if (static_cast<int>(threadIdx.x) < n) scratch[threadIdx.x] = 2;
}

__global__ void all(const float* scratch, float* y) {
  y[threadIdx.x] = scratch[threadIdx.x];  // fault: unwritten_global
}

__global__ void half_of_shared(float* y, int n) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  if (t < n) s[t] = 3;
  __syncthreads();
  y[blockIdx.x * 64 + t] = s[63 - t];  // fault: unwritten_shared
}

__global__ void count_to(const unsigned* n, unsigned* y) {
  for (unsigned i = 0; i < *n; ++i) *y = i;
}

}  // namespace

void read_behind(bool wrong, const float* x, float* y, int n) { launch({2, 64}, shifted, x, y, n, wrong ? 1 : 0, 0); }
void read_before(bool wrong, const float* x, float* y, int n) { launch({2, 64}, shifted, x, y, n, wrong ? -1 : 0, 0); }
void write_behind(bool wrong, const float* x, float* y, int n) { launch({2, 64}, shifted, x, y, n, 0, wrong ? 3 : 0); }
void first_shared_behind(bool wrong, float* y) { launch({1, 64}, through_static, y, wrong ? 1 : 0, false); }
void other_shared_behind(bool wrong, float* y) { launch({1, 64}, through_static, y, wrong ? 1 : 0, true); }
void dynamic_shared_behind(bool wrong, float* y) { launch({1, 64, 256}, through_dynamic, y, wrong ? 1 : 0); }
void misaligned_vector(bool wrong, const float* x, float* y) { launch({1, 16}, in_fours, wrong ? x + 1 : x, y); }
void misaligned_in_header(bool wrong, const float* x, float* y) { launch({1, 16}, by_header, wrong ? x + 1 : x, y); }
void plain_copy(const float* x, float* y, int n) { launch({2, 64}, shifted, x, y, n, 0, 0); }
void unwritten_global(bool wrong, float* scratch, float* y) {
  launch({1, 64}, first_half, scratch, wrong ? 32 : 64);
  launch({1, 64}, all, scratch, y);
}
void unwritten_shared(bool wrong, float* y) { launch({2, 64}, half_of_shared, y, wrong ? 63 : 64); }
void count_to_unwritten(const unsigned* n, unsigned* y) { launch({1, 1}, count_to, n, y); }

}  // namespace radixlab::emulated
