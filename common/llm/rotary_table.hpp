/// \file
/// Cosines and sines of the rotary embedding, a row a position, in float32 as Hugging Face computes them.
#pragma once
#include <cstddef>
#include <vector>

#include "io/model_config.hpp"

namespace radixlab {

/// Rows are made when first asked for; a request of n tokens costs n rows once. docs/numerics.md has the formula.
class RotaryTable {
 public:
  explicit RotaryTable(const ModelConfig& config);

  /// Makes rows 0 .. positions-1. Pointers taken before are no longer good.
  void reserve(std::size_t positions);

  const float* cos(std::size_t position) const { return cos_.data() + position * half_; }  ///< [head_dim / 2]
  const float* sin(std::size_t position) const { return sin_.data() + position * half_; }  ///< [head_dim / 2]

 private:
  std::size_t half_;
  std::vector<float> inverse_frequency_;  ///< [head_dim / 2]
  std::vector<float> cos_, sin_;          ///< [positions, head_dim / 2]
};

}  // namespace radixlab
