/// \file
/// A weight matrix in the order in which `Kernels::linear` reads it.
#pragma once
#include <cstddef>
#include <span>

#include "kernels/cpu/huge_pages.hpp"

namespace radixlab {

/// W [n outputs, k inputs] as panels [ceil(n / 16)][k][16]: the 16 numbers that meet one input lie side by side, so one
/// vector load serves 16 outputs, and a panel is read from front to back. Outputs that do not exist are zero.
class PackedMatrix {
 public:
  static constexpr std::size_t kPanel = 16;  ///< outputs a panel

  PackedMatrix() = default;
  /// All zeros. O(n k) memory on huge pages.
  PackedMatrix(std::size_t n, std::size_t k);

  /// Sets the weights of output n. Throws std::out_of_range for n, std::invalid_argument for a length other than k.
  void set_row(std::size_t n, std::span<const float> row);
  /// Sets all: w [n, k], row by row. Throws std::invalid_argument for another size.
  void pack(std::span<const float> w);

  std::size_t rows() const { return n_; }  ///< n, outputs
  std::size_t cols() const { return k_; }  ///< k, inputs
  std::size_t num_panels() const { return (n_ + kPanel - 1) / kPanel; }
  const float* panel(std::size_t i) const { return panels_.data() + i * k_ * kPanel; }  ///< [k][16], 64-byte aligned

 private:
  std::size_t n_ = 0, k_ = 0;
  HugeBuffer<float> panels_;
};

}  // namespace radixlab
