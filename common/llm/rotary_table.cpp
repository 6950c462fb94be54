#include "llm/rotary_table.hpp"

#include <cmath>

namespace radixlab {

RotaryTable::RotaryTable(const ModelConfig& config) : half_(config.head_dim / 2) {
  for (std::size_t i = 0; i < half_; ++i) {
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(config.head_dim);
    inverse_frequency_.push_back(1.0f /
                                 static_cast<float>(std::pow(static_cast<float>(config.rope_theta), double{exponent})));
  }
}

void RotaryTable::reserve(std::size_t positions) {
  for (std::size_t position = cos_.size() / half_; position < positions; ++position) {
    for (const float frequency : inverse_frequency_) {
      const double angle =
          static_cast<float>(position) * frequency;  // rounded to float32 first, as the checkpoint saw it
      cos_.push_back(static_cast<float>(std::cos(angle)));
      sin_.push_back(static_cast<float>(std::sin(angle)));
    }
  }
}

}  // namespace radixlab
