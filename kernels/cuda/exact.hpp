/// \file
/// The operations of docs/numerics.md on a GPU, for every shape: the CPU's bits. Attention is built in chapter 09. Plain
/// functions on device memory; each launches its kernels and does not wait for them.
///
/// T is float or BFloat16. All pointers are device memory, arrays are dense and row-major, and an output overlaps no input
/// except where said. Sizes, tokens and page tables are the caller's to check; rows * heads * head_dim stays below 2^31. A
/// call with no rows launches nothing. Throws std::runtime_error with CUDA's words where a launch fails.
/// Complexities are those of the sums. There is a plain kernel for any shape; fast ones, which need whole chunks of 16 bytes
/// (linear also k in whole blocks of 32), are chosen by shape and alignment, and give the same bits.
#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "kernels/cpu/bfloat16.hpp"

namespace radixlab::exact {

/// W [n outputs, k inputs] in the panels of the CPU's PackedMatrix, byte for byte. There are two reasons. A model is in
/// panels when it has been read, so the bytes are copied, and no second layout has to be right. And threads of
/// neighbouring outputs read neighbouring numbers: row by row, each of them would fetch a sector of 32 bytes for itself.
template <class T>
struct Matrix {
  const T* panels;  ///< [ceil(n / 16)][steps][16][s]: PackedMatrix::panel(0)
  int n, k;
};

/// The rows of a call: any mix of chunks and single tokens, of any sequences. Each row knows its own place.
struct Rows {
  const int* sequence;  ///< [count] the row's line of Pages::table
  const int* length;    ///< [count] keys that it sees; its own, at position length - 1, is the last. 0: padding, no row
  int count;
};

/// One layer of the KV pool. Page p begins at base + p * page_stride and holds
///
///     K [kv_heads, page_size, head_dim]   then   V [kv_heads, page_size, head_dim]
///
/// Key and value of a sequence's position j lie in place j % page_size of page table[sequence][j / page_size]. What no
/// row sees is never read.
template <class T>
struct Pages {
  T* base;
  std::size_t page_stride;  ///< elements; at least 2 * kv_heads * page_size * head_dim
  int kv_heads, page_size, head_dim;
  const std::uint32_t* table;  ///< [sequences, max_pages]
  int max_pages;
};

/// y [rows, d] = rows of `table` [vocab, d], copied. tokens [rows].
template <class T>
void embedding(const std::int32_t* tokens, int rows, Matrix<T> table, T* y);

/// y [rows, n] = x [rows, k] W^T. O(rows n k).
template <class T>
void linear(const T* x, int rows, Matrix<T> w, T* y);
/// One of several matrices that are multiplied with the same x.
template <class T, class Y = T>
struct Product {
  Matrix<T> w;
  Y* y;  ///< [rows, w.n]
};
inline constexpr int kMostProducts = 3;
/// linear() of 1 to kMostProducts matrices in one launch: q, k and v, or gate and up. One alone may have too few outputs to
/// keep a GPU busy. No y overlaps another. Throws std::invalid_argument for another number of them, or where k differs.
template <class T>
void linear(const T* x, int rows, std::initializer_list<Product<T>> products);
/// The same for logits: the sums are not rounded to T.
template <class T>
void head(const T* x, int rows, Matrix<T> w, float* y);

/// y [rows, d] from x [rows, d] and weight [d]. y may be x.
template <class T>
void rms_norm(const T* x, int rows, int d, const float* weight, float eps, T* y);

/// Rotates q [rows, heads, head_dim] in place and k [rows, kv_heads, head_dim] on its way to the row's page, where v, as it
/// is, goes too. cos, sin [positions, head_dim / 2]. Nothing happens for a row of length 0. REQUIRES: no two rows have one
/// place.
template <class T>
void rotary_and_write(T* q, const T* k, const T* v, Rows rows, int heads, const float* cos, const float* sin,
                      Pages<T> pages);

/// out[i] = silu(gate[i]) * up[i] for i < n. out may be gate or up.
template <class T>
void silu_gate(const T* gate, const T* up, std::size_t n, T* out);

/// x[i] += y[i] for i < n.
template <class T>
void add(T* x, const T* y, std::size_t n);

}  // namespace radixlab::exact
