// Runs one wrong kernel of the emulator's tests on a GPU, for compute-sanitizer to judge. A process of its own: such a kernel may end
// CUDA's context, or never end itself.
//   wrong_on_gpu --list     each kernel, and what kind of fault it has
//   wrong_on_gpu NAME       exit code 0: the kernel came to an end. 1: CUDA said no. 2: bad input. 77: there is no GPU
#include <cstdio>
#include <string_view>

#include "emulator/cases.hpp"

namespace {

const char* kind_of(const radixlab::Case& c) {
  using enum radixlab::FaultKind;
  switch (c.kind) {
    case out_of_bounds:
      return "out of bounds";
    case freed:
      return "freed";
    case host_memory:
      return "host memory";
    case misaligned:
      return "misaligned";
    case uninitialised:
      return "uninitialised";
    case race:
      return "race";
    case block_conflict:
      return "block conflict";
    case divergent_barrier:
      return "divergent barrier";
    case divergent_warp:
      return "divergent warp";
    case unfinished_copy:
      return "unfinished copy";
  }
  return "";
}

int run(const radixlab::Case& c) {
  if (!radixlab::has_device()) {
    std::puts("skipped: this machine has no GPU");
    return 77;
  }
  try {
    radixlab::Arrays arrays;
    c.run(true, arrays);
    arrays.x.values();  // waits for the kernel
  } catch (const std::runtime_error& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::string_view word = count == 2 ? words[1] : "";
  for (const radixlab::Case& c : radixlab::kCases) {
    if (word == "--list") std::printf("%s: %s\n", c.name, kind_of(c));
    if (word == c.name) return run(c);
  }
  if (word == "--list") return 0;
  std::fprintf(stderr, "wrong_on_gpu: expected --list or a name of that list\n");
  return 2;
}
