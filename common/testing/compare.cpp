#include "testing/compare.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace radixlab {

std::optional<std::size_t> first_difference(std::span<const float> a, std::span<const float> b) {
  const std::size_t n = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < n; ++i)
    if (std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i]) || !std::isfinite(a[i])) return i;
  if (a.size() != b.size()) return n;
  return {};
}

double max_error(std::span<const float> a, std::span<const float> b) {
  constexpr double kNothingProved = std::numeric_limits<double>::quiet_NaN();
  if (a.size() != b.size()) return kNothingProved;
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) return kNothingProved;
    worst = std::max(worst, std::abs(double{a[i]} - double{b[i]}) / (1 + std::abs(double{b[i]})));
  }
  return worst;
}

}  // namespace radixlab
