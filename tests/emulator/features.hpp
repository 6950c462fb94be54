// Right kernels, one for each part of the language.
#pragma once
#include <cstdint>

#include "kernels/cpu/bfloat16.hpp"

namespace radixlab::emulated {

/// out [blocks x threads]: place of each in its grid and block, as digits gz gy gx bz by bx.
void indices(unsigned* out);
/// out [32, 10]: what ten shuffles give each lane.
void shuffles(float* out);
/// out [40]: 8 bytes and signed values pass through a shuffle unharmed.
void wide_shuffle(const double* in, std::int64_t* out);
/// out [48, 5]: ballot, any, all, of a full and a partial warp; then __syncthreads_count and _or.
void votes(unsigned* out);
void integer_atomics(int* sum, unsigned* largest, int* lock_free_product);
void float_atomic(float* sum);
/// y [n]: x reversed through dynamic shared memory in blocks of 64.
void reverse(const float* x, float* y, unsigned n);
/// y: each element as bfloat16, widened again.
void through_bfloat16(const BFloat16* x, BFloat16* y, unsigned n);
/// out [3]: a denormal product, a denormal operand, and a * b + c where a fused operation would differ.
void small_numbers(const float* in, float* out);
/// out[i]: sum over a copied tile, by double-buffered asynchronous copies.
void pipelined(const float* x, float* out, int tiles);
/// Shared memory that is a byte wide: each thread its own byte.
void bytes(unsigned char* out);
/// x [64]: 1 by all threads; then thread 40 meets what is not written yet.
void unwritten(float* x);

// traffic.cu
void copy_rows(const float* x, float* y, int stride);
void copy_vectors(const float* x, float* y);
void transpose(const float* x, float* y, bool padded);
void broadcast(const float* x, float* y);

}  // namespace radixlab::emulated
