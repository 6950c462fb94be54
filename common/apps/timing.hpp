/// \file
/// Measuring a piece of work, for programs that show times.
#pragma once
#include <algorithm>
#include <chrono>
#include <vector>

namespace radixlab {

/// Wall time of `work()` [ms].
template <class Work>
double milliseconds(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

/// The middle value, the upper of two; 0 of none.
inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace radixlab
