/// \file
/// The language of kernels: CUDA where nvcc compiles, the block emulator's C++ where g++ does. A `.cu` file that includes this and
/// no header of CUDA's runs on both, as it is. Two things are spelled differently: a launch, and dynamic shared memory.
#pragma once
#include <cstddef>
#include <cstdint>

#ifdef __CUDACC__
#include <cuda_pipeline.h>
#include <cuda_runtime.h>
#include <stdexcept>
#include <string>
#else
#include "kernels/emulator/language.hpp"
#endif

/// Declares, in a kernel, `type* const name`: the dynamic shared memory of its launch, aligned to 16 bytes.
#ifdef __CUDACC__
#define RADIXLAB_DYNAMIC_SHARED(type, name)                                      \
  extern __shared__ __align__(16) unsigned char radixlab_dynamic_shared_bytes[]; \
  type* const name = reinterpret_cast<type*>(radixlab_dynamic_shared_bytes)
#else
#define RADIXLAB_DYNAMIC_SHARED(type, name) \
  type* const name = static_cast<type*>(::radixlab::emulator::dynamic_shared())
#endif

namespace radixlab {

/// What stands between `<<<` and `>>>`.
struct LaunchShape {
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes = 0;  ///< dynamic shared memory a block
};

/// kernel<<<shape>>>(arguments...). On a GPU it returns at once; on the emulator when the kernel is done.
/// \throws std::runtime_error what the GPU's runtime refuses, KernelFault what the emulator finds wrong
template <typename... Parameters, typename... Arguments>
void launch(const LaunchShape& shape, void (*kernel)(Parameters...), const Arguments&... arguments) {
#ifdef __CUDACC__
  cudaError_t error = cudaSuccess;
  if (shape.shared_bytes > 32 * 1024)  // more than 48 KiB has to be asked for, and static arrays count too
    error = cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), cudaFuncAttributeMaxDynamicSharedMemorySize,
                                 static_cast<int>(shape.shared_bytes));
  if (error == cudaSuccess) {
    kernel<<<shape.grid, shape.block, shape.shared_bytes>>>(static_cast<Parameters>(arguments)...);
    error = cudaGetLastError();
  }
  if (error != cudaSuccess) throw std::runtime_error(std::string("launch: ") + cudaGetErrorString(error));
#else
  const auto call = [kernel, arguments...] { kernel(static_cast<Parameters>(arguments)...); };
  using Call = decltype(call);
  emulator::run_grid(
      shape.grid, shape.block, shape.shared_bytes, reinterpret_cast<const void*>(kernel),
      [](const void* body) { (*static_cast<Call*>(body))(); }, &call, sizeof(call));
#endif
}

}  // namespace radixlab
