/// \file
/// One layer of the KV pool as the kernels see it.
#pragma once
#include <cstddef>

#include "kernels/cpu/bfloat16.hpp"
#include "kernels/cpu/force_inline.hpp"

namespace radixlab {

/// A view on keys and values of type T, float or BFloat16; owns nothing. Page p begins at base + p * page_stride and
/// holds
///
///     K [kv_heads, head_dim / s, page_size, s]   then, on a multiple of 64 bytes,   V [kv_heads, page_size,
///     padded_head_dim]
///
/// where s, kStep<T>, is 1 for float and 2 for BFloat16. Keys lie head_dim-major: one load brings the same coordinate
/// (or pair of coordinates) of 16 neighbouring positions. Values lie position-major: one load brings 16 coordinates of
/// one position. The seed's [kv_heads, page_size, head_dim] for both would make the kernel gather its keys. Places that
/// hold no token may hold anything, NaN too: no kernel's result depends on them.
template <typename T>
struct KvLayer {
  T* base = nullptr;            ///< on a multiple of 64 bytes
  std::size_t page_stride = 0;  ///< elements between the beginnings of two pages; a multiple of 64 bytes
  std::size_t kv_heads = 0, head_dim = 0, page_size = 0;  ///< head_dim is even

  RADIXLAB_INLINE T* page(std::size_t index) const { return base + index * page_stride; }

  /// Where coordinate d of a head's key at a place lies, in elements from the beginning of the page.
  RADIXLAB_INLINE std::size_t key_index(std::size_t head, std::size_t d, std::size_t place) const {
    return ((head * head_dim + d / kStep<T> * kStep<T>)*page_size + place * kStep<T>)+d % kStep<T>;
  }
  /// The same of a value.
  RADIXLAB_INLINE std::size_t value_index(std::size_t head, std::size_t place, std::size_t d) const {
    return padded(kv_heads * head_dim * page_size, kSection) + (head * page_size + place) * padded_head_dim() + d;
  }

  RADIXLAB_INLINE std::size_t padded_head_dim() const { return padded(head_dim, kVector); }

  /// Elements that a page takes in one layer: the least page_stride.
  RADIXLAB_INLINE static constexpr std::size_t elements_per_page(std::size_t kv_heads, std::size_t head_dim,
                                                                 std::size_t page_size) {
    return padded(kv_heads * head_dim * page_size, kSection) +
           padded(kv_heads * page_size * padded(head_dim, kVector), kSection);
  }

 private:
  static constexpr std::size_t kVector = 16, kSection = 64 / sizeof(T);  // elements
  RADIXLAB_INLINE static constexpr std::size_t padded(std::size_t n, std::size_t unit) {
    return (n + unit - 1) / unit * unit;
  }
};

}  // namespace radixlab
