/// \file
/// One call of attention on random numbers, for the CPU's kernels and for this chapter's.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "09-cuda-paged-attention/paged_attention.hpp"
#include "kernels/cuda/device_array.hpp"

namespace radixlab {

/// n numbers of T from -4 to 4, most of them near 0, the same on every machine.
template <class T>
std::vector<T> demo_numbers(std::size_t n, std::size_t seed);

/// Rows of a sequence each; row r sees lengths[r] keys. Pages lie in the pool in the reverse of their order.
template <class T>
class DemoCall {
 public:
  DemoCall(HeadShape shape, std::vector<int> lengths, int page_size);

  /// out [rows, heads, head_dim] by the CPU's kernels.
  std::vector<T> on_cpu() const;
  /// For the passes; scratch and `out` are not written yet.
  PagedAttention<T> on_device() const;
  float* split_scratch() const { return split_.data(); }
  std::vector<T> out() const { return out_.values(); }  ///< what the last pass has left

 private:
  std::size_t num_positions() const;
  std::size_t page_elements() const { return std::size_t(2) * shape_.kv_heads * page_size_ * shape_.head_dim; }
  std::vector<T> device_pages() const;
  int most() const;  ///< keys of a row

  HeadShape shape_;
  std::vector<int> lengths_;
  int page_size_, max_pages_;
  std::vector<std::uint32_t> pages_;  // [rows, max_pages_]
  std::vector<T> q_, k_, v_;          // [rows, heads, head_dim], [positions of all, kv_heads, head_dim]
  DeviceArray<T> on_device_q_, pool_, out_;
  DeviceArray<int> sequence_, length_;
  DeviceArray<std::uint32_t> table_;
  DeviceArray<float> scratch_, split_;
};

}  // namespace radixlab
