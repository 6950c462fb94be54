/// \file
/// Where a number lies, a weight in its panel, a key or value in its page; and what a launch has to know of shapes.
#pragma once
#include <cmath>

#include "kernels/cuda/exact.hpp"
#include "kernels/cuda/exact/numerics.cuh"

namespace radixlab::exact {

constexpr int kPanel = 16;  // outputs that lie side by side

/// Where weight 0 of an output lies; weight i follows at panel_offset<T>(i).
template <class T>
__device__ inline const T* weights_of(const Matrix<T>& w, int out) {
  constexpr int kBlock = kStep<T> == 1 ? 1 : 32;  // inputs to which panels of T are filled up
  const std::size_t inputs = (w.k + kBlock - 1) / kBlock * kBlock;
  return w.panels + out / kPanel * (inputs * kPanel) + out % kPanel * kStep<T>;
}
template <class T>
__device__ inline std::size_t panel_offset(int i) {
  constexpr int s = kStep<T>;
  return std::size_t(i / s) * (kPanel * s) + i % s;
}

/// Blocks of `threads` that make n threads or more.
inline unsigned blocks_for(std::size_t n, int threads) { return static_cast<unsigned>((n + threads - 1) / threads); }

/// What a score is multiplied by.
inline float score_scale(int head_dim) { return 1.0f / std::sqrt(static_cast<float>(head_dim)); }

/// Whether loads of 16 bytes may begin there.
inline bool in_chunks(const void* p) { return reinterpret_cast<std::uintptr_t>(p) % 16 == 0; }

enum class Part { key, value };

/// Key or value [head_dim] of a sequence's position.
template <class T>
__device__ inline T* at(const Pages<T>& pages, Part part, int sequence, int kv_head, int position) {
  const std::size_t page = pages.table[std::size_t(sequence) * pages.max_pages + position / pages.page_size];
  const std::size_t row = (static_cast<std::size_t>(part) * pages.kv_heads + kv_head) * pages.page_size;
  return pages.base + page * pages.page_stride + (row + position % pages.page_size) * pages.head_dim;
}

}  // namespace radixlab::exact
