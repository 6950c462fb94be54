// Emulated kernels and the thread sanitizer in one program: the sanitizer must stay as watchful as it is. This file and the
// thread pool are compiled under it, whatever the rest of the build is. With the argument "race" two threads race.
#include <barrier>
#include <cstdio>
#include <string_view>

#include "emulator/kernels.hpp"
#include "kernels/cpu/thread_pool.hpp"
#include "kernels/emulator/emulator.hpp"

int main(int argc, char** argv) {
  using namespace radixlab;
  emulator::DeviceArray<float> x("x", std::vector<float>(64, 1)), y("y", 64);
  emulated::missing_barrier(false, x.data(), y.data());
  const float sum = y.values()[0];
  bool found = false;
  try {
    emulated::missing_barrier(true, x.data(), y.data());
  } catch (const emulator::KernelFault& fault) {
    found = fault.kind() == emulator::FaultKind::race;
  }

  ThreadPool pool(2);
  std::barrier both(2);
  int count = 0;
  const bool race = argc > 1 && std::string_view(argv[1]) == "race";
  pool.parallel_for(2, [&](std::size_t i) {
    both.arrive_and_wait();
    if (race || i == 0) ++count;
  });
  std::printf("kernel: sum %g, its race %s; pool: %s\n", sum, found ? "found" : "missed", count ? "ran" : "idle");
  return found ? 0 : 1;
}
