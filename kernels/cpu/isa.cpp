#include "kernels/cpu/isa.hpp"

#include <stdexcept>
#include <string>

namespace radixlab {

namespace {

constexpr Isa kAll[] = {Isa::scalar, Isa::avx2, Isa::avx512, Isa::avx512_bf16};  // slowest first

}  // namespace

std::string_view isa_name(Isa isa) {
  switch (isa) {
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      return "avx512";
    case Isa::avx512_bf16:
      return "avx512_bf16";
    case Isa::scalar:
      break;
  }
  return "scalar";
}

Isa parse_isa(std::string_view name) {
  for (const Isa isa : kAll) {
    if (isa_name(isa) == name) return isa;
  }
  throw std::invalid_argument("isa \"" + std::string(name) +
                              "\" is unknown: expected scalar, avx2, avx512 or avx512_bf16");
}

bool isa_supported(Isa isa) {
#if defined(__x86_64__)
  // The builtin asks cpuid, and xgetbv for the registers that the operating system saves.
  if (isa == Isa::avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa == Isa::avx512) {
    return isa_supported(Isa::avx2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
  if (isa == Isa::avx512_bf16) return isa_supported(Isa::avx512) && __builtin_cpu_supports("avx512bf16");
#endif
  return isa == Isa::scalar;
}

std::vector<Isa> supported_isas() {
  std::vector<Isa> found;
  for (const Isa isa : kAll) {
    if (isa_supported(isa)) found.push_back(isa);
  }
  return found;
}

Isa best_isa() { return supported_isas().back(); }

bool fma_beats_dot() {
#if defined(__x86_64__)
  return __builtin_cpu_is("intel") != 0;
#else
  return false;
#endif
}

}  // namespace radixlab
