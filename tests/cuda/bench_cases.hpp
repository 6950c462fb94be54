// What bench_cuda times: each file of cases gives them with a `const Added`.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench_kernels.hpp"
#include "kernels/cuda/device_array.hpp"

namespace radixlab::bench {

/// Something to time. `prepare` allocates, outside the clock, and gives the launch; what it captures lives until all is timed.
struct Case {
  std::string name, type;
  double bytes;  // that must move once, read and written
  double fmas;   // of the formula
  std::function<std::function<void()>()> prepare;
};

inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}
struct Added {
  explicit Added(std::vector<Case> more) {
    for (Case& c : more) cases().push_back(std::move(c));
  }
};

/// Numbers of [-1, 1), or the pattern of DeviceArray where T is none of the two.
template <class T>
std::shared_ptr<DeviceArray<T>> filled(std::size_t n) {
  auto array = std::make_shared<DeviceArray<T>>("bench", n);
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, BFloat16>) fill(array->data(), n);
  return array;
}
template <class T>
std::shared_ptr<DeviceArray<T>> with(std::vector<T> values) {
  return std::make_shared<DeviceArray<T>>("bench", values);
}

}  // namespace radixlab::bench
