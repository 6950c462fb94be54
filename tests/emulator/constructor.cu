// What nvcc refuses: a constructor in shared memory. Prints what the emulator says.
#include <cstdio>
#include <exception>

#include "kernels/cuda/language.cuh"

namespace {

struct Pair {
  int a, b;
  Pair() : a(blockIdx.x), b(1) {}
};

__global__ void pairs() {
  __shared__ Pair pair;
  pair.a = 2;
}

}  // namespace

int run();
int run() {
  try {
    radixlab::launch({1, 32}, pairs);
  } catch (const std::exception& error) {
    std::puts(error.what());
  }
  return 0;
}
