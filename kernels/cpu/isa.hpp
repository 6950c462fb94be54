/// \file
/// Which instruction set the kernels use. All of them give the same bits; they differ in speed alone.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace radixlab {

/// avx512_bf16 is avx512 with the dot instruction of pairs, amx is avx512 with tiles of bfloat16; in both float32 is computed
/// as with avx512.
enum class Isa { scalar, avx2, avx512, avx512_bf16, amx };

std::string_view isa_name(Isa isa);
std::vector<std::string> isa_choices();  ///< of an option --isa: best, and the names of all, on this processor or not

/// "scalar", "avx2", "avx512", "avx512_bf16" or "amx". Throws std::invalid_argument that names the choices.
Isa parse_isa(std::string_view name);

/// Built in, and the processor has it, and the operating system saves its registers. Linux grants the tiles of AMX to a
/// process that asks; this asks, once, when amx is first in question. From then on sigaltstack() refuses stacks that are too
/// small for them.
bool isa_supported(Isa isa);

/// Slowest first; never empty, scalar runs everywhere. Which of avx512 and avx512_bf16 is the slower one depends on the
/// chip: Intel's Emerald Rapids takes 2 cycles for a dot instruction and half a cycle for an FMA; AMD's Zen 4 takes one for
/// either.
std::vector<Isa> supported_isas();
Isa best_isa();  ///< the fastest one supported

}  // namespace radixlab
