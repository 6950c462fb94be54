/// \file
/// One layer of the KV pool as the kernels see it.
#pragma once
#include <cstddef>

namespace radixlab {

/// A view; owns nothing. Page p begins at base + p * page_stride and holds
///
///     K [kv_heads, head_dim, page_size]   then, on a multiple of 16 floats,   V [kv_heads, page_size, padded_head_dim]
///
/// Keys lie head_dim-major: one load brings the same coordinate of 16 neighbouring positions. Values lie
/// position-major: one load brings 16 coordinates of one position. The seed's [kv_heads, page_size, head_dim] for both
/// would make the kernel gather its keys. Places that hold no token may hold anything, NaN too: no kernel's result
/// depends on them.
struct KvLayer {
  float* base = nullptr;        ///< on a multiple of 64 bytes
  std::size_t page_stride = 0;  ///< floats between the beginnings of two pages; a multiple of 16
  std::size_t kv_heads = 0, head_dim = 0, page_size = 0;

  std::size_t padded_head_dim() const { return padded(head_dim); }
  std::size_t value_offset() const { return padded(kv_heads * head_dim * page_size); }  ///< floats from page to V

  /// Floats that a page takes in one layer: the least page_stride.
  static constexpr std::size_t floats_per_page(std::size_t kv_heads, std::size_t head_dim, std::size_t page_size) {
    return padded(kv_heads * head_dim * page_size) + kv_heads * page_size * padded(head_dim);
  }

 private:
  static constexpr std::size_t padded(std::size_t floats) { return (floats + 15) / 16 * 16; }
};

}  // namespace radixlab
