// libFuzzer's side of a target: counts the inputs that pass the first check, and tells the share at the end.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "target.hpp"

namespace {

std::size_t inputs = 0, passed = 0;

void tell_share() { std::fprintf(stderr, "stat::passed_the_first_check: %zu of %zu\n", passed, inputs); }

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) { return std::atexit(tell_share); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    ++inputs;
    passed += radixlab::fuzz::run({reinterpret_cast<const char*>(data), size});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "FIND: %s\n", error.what());
    std::abort();
  }
  return 0;
}
