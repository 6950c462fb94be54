/// \file
/// A weight matrix in the order in which `Kernels::linear` reads it.
#pragma once
#include <cstddef>
#include <span>

#include "kernels/cpu/bfloat16.hpp"
#include "kernels/cpu/huge_pages.hpp"

namespace radixlab {

/// W [n outputs, k inputs] of T, float or BFloat16, as panels [ceil(n / 16)][steps()][16][s] with s = kStep<T>: the 16
/// numbers (or pairs of neighbours) that meet one step of x lie side by side, so one vector load serves 16 outputs, and a
/// panel is read from front to back. 16 steps of pairs are 1 KiB: a tile of a matrix unit. Outputs that do not exist are
/// +0, and so are inputs of BFloat16 behind the last, up to a whole block of 32.
template <typename T>
class PackedMatrix {
 public:
  static constexpr std::size_t kPanel = 16;  ///< outputs a panel

  PackedMatrix() = default;
  /// All zeros. O(n k) memory on huge pages.
  PackedMatrix(std::size_t n, std::size_t k);

  /// Sets the weights of output n, each rounded to T. Throws std::out_of_range for n, std::invalid_argument for a
  /// length other than k.
  void set_row(std::size_t n, std::span<const float> row);
  /// Sets all: w [n, k], row by row. Throws std::invalid_argument for another size.
  void pack(std::span<const float> w);

  std::size_t rows() const { return n_; }  ///< n, outputs
  std::size_t cols() const { return k_; }  ///< k, inputs
  std::size_t steps() const;               ///< that a sum over k takes, in whole blocks
  std::size_t num_panels() const { return (n_ + kPanel - 1) / kPanel; }
  /// [steps()][16][s], 64-byte aligned.
  const T* panel(std::size_t i) const { return panels_.data() + i * steps() * kPanel * kStep<T>; }
  /// All of them, one behind the other.
  std::span<const T> panels() const { return {panels_.data(), num_panels() * steps() * kPanel * kStep<T>}; }

 private:
  std::size_t n_ = 0, k_ = 0;
  HugeBuffer<T> panels_;
};

}  // namespace radixlab
