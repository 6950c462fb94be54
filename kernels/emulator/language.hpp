/// \file
/// What CUDA's own headers are to nvcc, for g++: with it a `.cu` file is C++20 whose threads run on the block emulator
/// (emulator.hpp). Kernels include "kernels/cuda/language.cuh", which chooses between the two.
///
/// Not everything of CUDA is here, and some of it never will be: no PTX, no textures, no streams, no `__constant__`. A type
/// with a constructor cannot be `__shared__`. Volta's rules hold: a `_sync` function needs a mask that names its callers.
#pragma once
#include <cstring>
#include <type_traits>

#include "kernels/emulator/device_math.hpp"
#include "kernels/emulator/device_types.hpp"

// NOLINTBEGIN(bugprone-reserved-identifier): the names are CUDA's
#define __global__
#define __device__
#define __host__
#define __forceinline__ RADIXLAB_INLINE
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __shared__ static thread_local  // so that the emulator knows it among the program's variables

namespace radixlab::emulator {

// Constant while a thread runs, and no memory: nothing is counted.
[[gnu::const]] uint3 thread_index() noexcept;
[[gnu::const]] uint3 block_index() noexcept;
[[gnu::const]] dim3 block_extent() noexcept;
[[gnu::const]] dim3 grid_extent() noexcept;
[[gnu::const]] void* dynamic_shared() noexcept;

enum class Shuffle { from_lane, up, down, exclusive_or };
enum class Vote { ballot, any, all };
enum class Count { number, all, any };
std::uint64_t shuffle(Shuffle way, unsigned mask, std::uint64_t value, unsigned operand, unsigned width);
unsigned vote(Vote kind, unsigned mask, bool predicate);
int barrier(Count kind, bool predicate);

template <typename T>
RADIXLAB_INLINE T shuffle_as(Shuffle way, unsigned mask, T value, unsigned operand, unsigned width) {
  static_assert(std::is_arithmetic_v<T> && (sizeof(T) == 4 || sizeof(T) == 8), "shuffles move numbers of 4 or 8 bytes");
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  return std::bit_cast<T>(static_cast<Bits>(shuffle(way, mask, std::bit_cast<Bits>(value), operand, width)));
}

/// Starts a kernel: called by radixlab::launch of language.cuh. `call(arguments)` is the kernel's body for one thread; the
/// `bytes` at `arguments` are its parameters. \throws KernelFault, std::invalid_argument (see emulator.hpp)
void run_grid(dim3 grid, dim3 block, std::size_t shared_bytes, const void* kernel, void (*call)(const void*),
              const void* arguments, std::size_t bytes);

}  // namespace radixlab::emulator

#define threadIdx (::radixlab::emulator::thread_index())
#define blockIdx (::radixlab::emulator::block_index())
#define blockDim (::radixlab::emulator::block_extent())
#define gridDim (::radixlab::emulator::grid_extent())
inline constexpr int warpSize = 32;

void __syncthreads();
void __syncwarp(unsigned mask = 0xffffffffu);
RADIXLAB_INLINE int __syncthreads_count(int x) {
  return radixlab::emulator::barrier(radixlab::emulator::Count::number, x != 0);
}
RADIXLAB_INLINE int __syncthreads_and(int x) {
  return radixlab::emulator::barrier(radixlab::emulator::Count::all, x != 0);
}
RADIXLAB_INLINE int __syncthreads_or(int x) {
  return radixlab::emulator::barrier(radixlab::emulator::Count::any, x != 0);
}

template <typename T>
RADIXLAB_INLINE T __shfl_sync(unsigned mask, T value, int lane, int width = warpSize) {
  return radixlab::emulator::shuffle_as(radixlab::emulator::Shuffle::from_lane, mask, value, lane, width);
}
template <typename T>
RADIXLAB_INLINE T __shfl_up_sync(unsigned mask, T value, unsigned by, int width = warpSize) {
  return radixlab::emulator::shuffle_as(radixlab::emulator::Shuffle::up, mask, value, by, width);
}
template <typename T>
RADIXLAB_INLINE T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = warpSize) {
  return radixlab::emulator::shuffle_as(radixlab::emulator::Shuffle::down, mask, value, by, width);
}
template <typename T>
RADIXLAB_INLINE T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = warpSize) {
  return radixlab::emulator::shuffle_as(radixlab::emulator::Shuffle::exclusive_or, mask, value, lane_mask, width);
}
RADIXLAB_INLINE unsigned __ballot_sync(unsigned mask, int x) {
  return radixlab::emulator::vote(radixlab::emulator::Vote::ballot, mask, x != 0);
}
RADIXLAB_INLINE int __any_sync(unsigned mask, int x) {
  return static_cast<int>(radixlab::emulator::vote(radixlab::emulator::Vote::any, mask, x != 0));
}
RADIXLAB_INLINE int __all_sync(unsigned mask, int x) {
  return static_cast<int>(radixlab::emulator::vote(radixlab::emulator::Vote::all, mask, x != 0));
}

// Atomics: the value from before.
int atomicAdd(int* p, int x);
unsigned atomicAdd(unsigned* p, unsigned x);
float atomicAdd(float* p, float x);
int atomicMax(int* p, int x);
unsigned atomicMax(unsigned* p, unsigned x);
int atomicCAS(int* p, int expected, int x);
unsigned atomicCAS(unsigned* p, unsigned expected, unsigned x);

// <cuda_pipeline.h>: copies of 4, 8 or 16 bytes into shared memory, which are there after the wait of the thread that asked.
void __pipeline_memcpy_async(void* to, const void* from, std::size_t bytes, std::size_t zeros = 0);
void __pipeline_commit();
void __pipeline_wait_prior(std::size_t groups);
// NOLINTEND(bugprone-reserved-identifier)
