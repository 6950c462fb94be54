/// \file
/// Which cells a sweep of the ladder has: every value of each axis with every value of the others. Policies and devices are the
/// row's own. Pages have 1, 8, 16 and 64 tokens; those that hold whole texts are the row's own.
#pragma once
#include <string>
#include <vector>

#include "cell.hpp"
#include "models.hpp"

namespace radixlab {

struct Axes {
  std::vector<std::string> model_names = ladder_models();
  std::vector<std::size_t> page_sizes = {};  ///< none: as above. Of whole texts: those that the row lists, or its first
  std::vector<std::size_t> threads = {1, 2}, chunks = {1, 7, 0};
  std::vector<std::string> dtypes = {"float32", "bfloat16"}, isas = {"scalar", "avx2", "avx512", "avx512_bf16", "amx"};
};

/// The instruction sets of a type's cells, this processor's or not: in float32 without those that only bfloat16 has.
std::vector<Isa> isas_of(DType type, const Axes& axes);

/// Every cell; those of one model and type stand together.
std::vector<Cell> all_cells(const Axes& axes, const Stage& stage);

/// How many that must be.
std::size_t expected_cells(const Axes& axes, const Stage& stage);

/// Most of the scalar loops on the long texts of large pages, which take four fifths of a sweep's time: five in six.
bool is_slow(const Cell& cell);

/// [tokens] of a text whose last rows are a second block's, where it is computed in one call.
constexpr std::size_t kTwoBlocks = Forward::kBlockRows + 9;

/// Where the script ends with such a text: prompts are computed in one call, by the processor's best instruction set, and
/// it fits into the pool.
bool has_two_blocks(const Cell& cell);

}  // namespace radixlab
