#include "kernels/cpu/isa.hpp"

#include <stdexcept>
#include <string>

namespace radixlab {

std::string_view isa_name(Isa isa) {
  switch (isa) {
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      return "avx512";
    case Isa::scalar:
      break;
  }
  return "scalar";
}

Isa parse_isa(std::string_view name) {
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) {
    if (isa_name(isa) == name) return isa;
  }
  throw std::invalid_argument("isa \"" + std::string(name) + "\" is unknown: expected scalar, avx2 or avx512");
}

bool isa_supported(Isa isa) {
#if defined(__x86_64__)
  // The builtin asks cpuid, and xgetbv for the registers that the operating system saves.
  if (isa == Isa::avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa == Isa::avx512) {
    return isa_supported(Isa::avx2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
#endif
  return isa == Isa::scalar;
}

std::vector<Isa> supported_isas() {
  std::vector<Isa> found;
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) {
    if (isa_supported(isa)) found.push_back(isa);
  }
  return found;
}

Isa best_isa() { return supported_isas().back(); }

}  // namespace radixlab
