/// \file
/// Which instruction set the kernels use. All of them give the same bits; they differ in speed alone.
#pragma once
#include <string_view>
#include <vector>

namespace radixlab {

/// avx512_bf16 is avx512 with the dot instruction of pairs, where it is the faster way; float32 is computed as with
/// avx512.
enum class Isa { scalar, avx2, avx512, avx512_bf16 };

std::string_view isa_name(Isa isa);

/// "scalar", "avx2", "avx512" or "avx512_bf16". Throws std::invalid_argument that names the choices.
Isa parse_isa(std::string_view name);

/// Built in, and the processor has it, and the operating system saves its registers.
bool isa_supported(Isa isa);

std::vector<Isa> supported_isas();  ///< slowest first; never empty, scalar runs everywhere
Isa best_isa();                     ///< the fastest one supported

/// True where two FMA multiply 16 pairs sooner than the dot instruction, once rows share the widening of a weight. Intel's
/// Emerald Rapids takes 2 cycles for it and half a cycle for an FMA; AMD's Zen 4 takes one for either.
bool fma_beats_dot();

}  // namespace radixlab
