// libFuzzer's side of a target: counts the inputs that pass the first check, and tells the share at the end.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "mutate.hpp"
#include "target.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

std::size_t inputs = 0, passed = 0;

void tell_share() { std::fprintf(stderr, "stat::passed_the_first_check: %zu of %zu\n", passed, inputs); }

std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) { return std::atexit(tell_share); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const bool passes = radixlab::fuzz::run(text_of(data, size));
    ++inputs;
    passed += passes;
    // What a first check stops is worth keeping now and then, and no ground to build on: -1 keeps it out of the corpus.
    return passes || std::hash<std::string_view>()(text_of(data, size)) % 16 == 0 ? 0 : -1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "FIND: %s\n", error.what());
    std::abort();
  }
}

/// Three times of four the input's form is kept, where it has one (RADIXLAB_MUTATE says which).
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  radixlab::fuzz::Random random(seed);
  const std::string changed =
      random() % 4 ? radixlab::fuzz::RADIXLAB_MUTATE(text_of(data, size), random) : std::string();
  if (changed.empty() || changed.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(changed.begin(), changed.end(), data);
  return changed.size();
}
