#include "kernels/cpu/isa.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace radixlab {

namespace {

constexpr Isa kAll[] = {Isa::scalar, Isa::avx2, Isa::avx512, Isa::avx512_bf16, Isa::amx};

bool dot_is_slow() {
#if defined(__x86_64__)
  return __builtin_cpu_is("intel") != 0;
#else
  return false;
#endif
}

#if defined(__x86_64__)
bool tiles_are_granted() {
  static const bool granted = [] {
    constexpr unsigned kLeaf = 7, kAmxBFloat16 = 1u << 22, kAmxTile = 1u << 24;
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!__get_cpuid_count(kLeaf, 0, &a, &b, &c, &d) || !(d & kAmxBFloat16) || !(d & kAmxTile)) return false;
    constexpr long kRequestPermission = 0x1023, kTileData = 18;  // <asm/prctl.h>, where it is new enough
    return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
  }();
  return granted;
}
#endif

}  // namespace

std::string_view isa_name(Isa isa) {
  switch (isa) {
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      return "avx512";
    case Isa::avx512_bf16:
      return "avx512_bf16";
    case Isa::amx:
      return "amx";
    case Isa::scalar:
      break;
  }
  return "scalar";
}

std::vector<std::string> isa_choices() {
  std::vector<std::string> names = {"best"};
  for (const Isa isa : kAll) names.emplace_back(isa_name(isa));
  return names;
}

Isa parse_isa(std::string_view name) {
  for (const Isa isa : kAll) {
    if (isa_name(isa) == name) return isa;
  }
  throw std::invalid_argument("isa \"" + std::string(name) +
                              "\" is unknown: expected scalar, avx2, avx512, avx512_bf16 or amx");
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
  if (isa == Isa::amx) return isa_supported(Isa::avx512_bf16) && tiles_are_granted();
#endif
  return isa == Isa::scalar;
}

std::vector<Isa> supported_isas() {
  std::vector<Isa> found;
  for (const Isa isa : kAll) {
    if (isa_supported(isa)) found.push_back(isa);
  }
  const auto dot = std::ranges::find(found, Isa::avx512_bf16);
  if (dot != found.end() && dot_is_slow()) std::iter_swap(dot - 1, dot);
  return found;
}

Isa best_isa() { return supported_isas().back(); }

}  // namespace radixlab
