#include "09-cuda-paged-attention/predict.hpp"

namespace radixlab {

// Each number lies in a sector of its own.
std::size_t predicted_strided() { return 32; }

// 32 numbers of 4 bytes in sectors of 32 bytes.
std::size_t predicted_side_by_side() { return 32 * 4 / 32; }

// 32 numbers of 2 bytes.
std::size_t predicted_side_by_side_bfloat16() { return 32 * 2 / 32; }

// All in bank 0.
std::size_t predicted_passes() { return 32; }

// 33 t % 32 is t: all banks are different.
std::size_t predicted_passes_padded() { return 1; }

// Number 0; threads 1 to 31 have copied the others.
std::size_t predicted_own() { return 1; }

// Four blocks of 32, an even and an odd chain in each.
std::size_t predicted_chains() { return std::size_t{128} / 32 * 2; }

// 256, 512, 768, and the rest.
std::size_t predicted_splits() { return (1000 + 255) / 256; }

}  // namespace radixlab
