// What the tests of the exact CUDA kernels share: both types, the CPU's kernels to compare with, and a count of the values
// that were compared, so that a test that compares nothing fails.
#pragma once
#include <cstdio>

#include "kernels/cuda/device_array.hpp"
#include "kernels/cuda/exact.hpp"
#include "kernels_fixture.hpp"

namespace radixlab {

using Types = testing::Types<float, BFloat16>;

struct TypeName {
  template <class T>
  static std::string GetName(int) {
    return std::is_same_v<T, float> ? "float32" : "bfloat16";
  }
};

template <class T>
class ExactTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_device()) GTEST_SKIP() << "this machine has no GPU";
  }
  void TearDown() override {
    if (this->IsSkipped()) return;
    EXPECT_GT(compared_, 0u);
    std::printf("%zu values compared with the CPU's, %zu of them NaN\n", compared_, nan_);
    RecordProperty("values_compared", std::to_string(compared_));
  }

  /// Equal bits, or NaN on both sides.
  template <class Y>
  void expect_same(const std::vector<Y>& got, const std::vector<Y>& expected, const std::string& what) {
    const std::vector<float> values = widen(expected);
    EXPECT_TRUE(same_bits(widen(got), values)) << what;
    compared_ += values.size();
    nan_ += static_cast<std::size_t>(std::ranges::count_if(values, [](float x) { return std::isnan(x); }));
  }

  const Kernels& cpu() const { return kernels_; }

 private:
  ThreadPool pool_{1};
  const Kernels kernels_{best_isa(), pool_};
  FlushToZero guard_;  // what a test computes itself
  std::size_t compared_ = 0, nan_ = 0;
};

/// A matrix as the CPU has it, and the same bytes on the device.
template <class T>
class BothMatrices {
 public:
  BothMatrices(const std::vector<float>& w, std::size_t n, std::size_t k)
      : cpu_(packed(w, n, k)), device_("w", cpu_.panels()) {}
  const PackedMatrix<T>& cpu() const { return cpu_; }
  exact::Matrix<T> device() const {
    return {device_.data(), static_cast<int>(cpu_.rows()), static_cast<int>(cpu_.cols())};
  }

 private:
  static PackedMatrix<T> packed(const std::vector<float>& w, std::size_t n, std::size_t k) {
    PackedMatrix<T> matrix(n, k);
    matrix.pack(w);
    return matrix;
  }

  PackedMatrix<T> cpu_;
  DeviceArray<T> device_;
};

/// The values with which a kernel goes wrong first. The second is a GPU's NaN: rounding must not carry it to -0.
inline const std::vector<float> kSpecial = {kNaN, std::bit_cast<float>(0x7fffffffu), kInfinity, -kInfinity, 0x1p-140f,
                                            -0.0f};

/// `values` over and over, a row of n for each of them, with `special` at place r of row r.
inline std::vector<float> special_at_each_place(const std::vector<float>& values, float special) {
  std::vector<float> rows;
  for (std::size_t r = 0; r < values.size(); ++r) {
    rows.insert(rows.end(), values.begin(), values.end());
    rows[r * values.size() + r] = special;
  }
  return rows;
}

}  // namespace radixlab
