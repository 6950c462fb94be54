// What bench_cuda launches beside the kernels that it times.
#pragma once
#include <cstddef>

#include "kernels/cpu/bfloat16.hpp"

namespace radixlab::bench {

inline constexpr int kFmaChains = 8, kFmaSteps = 4096;

/// x [n] gets numbers of [-1, 1), the same each time. Device memory.
template <class T>
void fill(T* x, std::size_t n);

/// Each of `threads`, a multiple of 256, does kFmaChains * kFmaSteps fused multiply-adds. out [threads] keeps the compiler honest.
void fused_multiply_adds(float* out, std::size_t threads);

}  // namespace radixlab::bench
