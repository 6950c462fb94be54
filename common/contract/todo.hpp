/// \file
/// What stands in a task's file until it is written.
#pragma once
#include <stdexcept>

#ifdef __CUDACC__
#include <cstdio>
#define RADIXLAB_HOST_AND_DEVICE __host__ __device__
#else
#define RADIXLAB_HOST_AND_DEVICE
#endif

namespace radixlab {

struct Todo : std::logic_error {
  using std::logic_error::logic_error;
};

/// \throws Todo always. Not inline: on the emulator a kernel may call it, and would be watched while it makes the text.
[[noreturn]] void throw_todo(const char* task, const char* hint);

/// Body of a function that a learner has still to write, or of a kernel: on a GPU that prints and stops. Takes the arguments so
/// that none is reported as unused.
template <class... Unused>
[[noreturn]] RADIXLAB_HOST_AND_DEVICE void todo(const char* task, const char* hint, const Unused&...) {
#ifdef __CUDA_ARCH__
  printf("task %s is yours to write. %s\n", task, hint);
  __trap();
  __builtin_unreachable();
#else
  throw_todo(task, hint);
#endif
}

}  // namespace radixlab
