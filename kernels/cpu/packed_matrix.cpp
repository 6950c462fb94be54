#include "kernels/cpu/packed_matrix.hpp"

#include <stdexcept>
#include <string>

namespace radixlab {

PackedMatrix::PackedMatrix(std::size_t n, std::size_t k)
    : n_(n), k_(k), panels_((n + kPanel - 1) / kPanel * kPanel * k) {}

void PackedMatrix::set_row(std::size_t n, std::span<const float> row) {
  if (n >= n_) {
    throw std::out_of_range("PackedMatrix::set_row: row " + std::to_string(n) + " of " + std::to_string(n_));
  }
  if (row.size() != k_) {
    throw std::invalid_argument("PackedMatrix::set_row: " + std::to_string(row.size()) + " weights given, expected " +
                                std::to_string(k_));
  }
  float* const lane = panels_.data() + n / kPanel * k_ * kPanel + n % kPanel;
  for (std::size_t i = 0; i < k_; ++i) lane[i * kPanel] = row[i];
}

void PackedMatrix::pack(std::span<const float> w) {
  if (w.size() != n_ * k_) {
    throw std::invalid_argument("PackedMatrix::pack: " + std::to_string(w.size()) + " weights given, expected " +
                                std::to_string(n_) + " x " + std::to_string(k_));
  }
  for (std::size_t n = 0; n < n_; ++n) set_row(n, w.subspan(n * k_, k_));
}

}  // namespace radixlab
