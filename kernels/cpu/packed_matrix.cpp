#include "kernels/cpu/packed_matrix.hpp"

#include <stdexcept>
#include <string>

#include "io/dtype.hpp"

namespace radixlab {
namespace {

void assign(float& to, float value) { to = value; }
void assign(BFloat16& to, float value) { to.bits = f32_to_bf16(value); }

}  // namespace

template <typename T>
PackedMatrix<T>::PackedMatrix(std::size_t n, std::size_t k)
    : n_(n), k_(k), panels_(num_panels() * steps() * kPanel * kStep<T>) {}

template <typename T>
std::size_t PackedMatrix<T>::steps() const {
  constexpr std::size_t kBlock = kStep<T> == 1 ? 1 : kBlockPairs;
  return (k_ + kBlock * kStep<T> - 1) / (kBlock * kStep<T>)*kBlock;
}

template <typename T>
void PackedMatrix<T>::set_row(std::size_t n, std::span<const float> row) {
  if (n >= n_) {
    throw std::out_of_range("PackedMatrix::set_row: row " + std::to_string(n) + " of " + std::to_string(n_));
  }
  if (row.size() != k_) {
    throw std::invalid_argument("PackedMatrix::set_row: " + std::to_string(row.size()) + " weights given, expected " +
                                std::to_string(k_));
  }
  if (k_ == 0) return;  // nothing to write, and no place for it
  T* const lane = panels_.data() + (n / kPanel * steps() * kPanel + n % kPanel) * kStep<T>;
  for (std::size_t i = 0; i < k_; ++i) assign(lane[i / kStep<T> * kPanel * kStep<T> + i % kStep<T>], row[i]);
}

template <typename T>
void PackedMatrix<T>::pack(std::span<const float> w) {
  if (w.size() != n_ * k_) {
    throw std::invalid_argument("PackedMatrix::pack: " + std::to_string(w.size()) + " weights given, expected " +
                                std::to_string(n_) + " x " + std::to_string(k_));
  }
  for (std::size_t n = 0; n < n_; ++n) set_row(n, w.subspan(n * k_, k_));
}

template class PackedMatrix<float>;
template class PackedMatrix<BFloat16>;

}  // namespace radixlab
