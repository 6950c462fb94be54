#include "llm/rotary_table.hpp"

#include <cmath>
#include <numbers>

namespace radixlab {
namespace {

/// Pairs that turned seldom in the original context turn `factor` times slower, those that turned often stay as they
/// are, and between the two the frequency goes over smoothly.
float llama3(float frequency, const RopeScaling& s) {
  const auto original = static_cast<double>(s.original_max_position_embeddings);
  const float factor = static_cast<float>(s.factor), low = static_cast<float>(s.low_freq_factor);
  const float wavelength = (1.0f / frequency) * static_cast<float>(2 * std::numbers::pi);  // [tokens] of one turn
  if (wavelength > static_cast<float>(original / s.low_freq_factor)) return frequency / factor;
  if (wavelength < static_cast<float>(original / s.high_freq_factor)) return frequency;
  const float turns = (1.0f / wavelength) * static_cast<float>(original);
  const float share = (turns - low) / static_cast<float>(s.high_freq_factor - s.low_freq_factor);
  return (1.0f - share) * frequency / factor + share * frequency;
}

float scaled(float frequency, const RopeScaling& scaling) {
  if (scaling.type == RopeScaling::Type::llama3) return llama3(frequency, scaling);
  return scaling.type == RopeScaling::Type::linear ? frequency / static_cast<float>(scaling.factor) : frequency;
}

}  // namespace

RotaryTable::RotaryTable(const ModelConfig& config) : half_(config.head_dim / 2) {
  for (std::size_t i = 0; i < half_; ++i) {
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(config.head_dim);
    const auto power = static_cast<float>(std::pow(static_cast<float>(config.rope_theta), double{exponent}));
    inverse_frequency_.push_back(scaled(1.0f / power, config.rope_scaling));
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
