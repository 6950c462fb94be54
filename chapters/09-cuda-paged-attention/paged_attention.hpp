/// \file
/// Attention over a paged KV cache on a GPU, five times: each rung does what the one below it does, and takes one idea more.
/// Rungs 1 to 4 give the CPU's bits (docs/numerics.md, "attention"); rung 5 has an order of its own.
///
/// T is float or BFloat16. All pointers are device memory, arrays are dense and row-major. Sizes, lengths and page tables are
/// the caller's to check; rows * heads * head_dim stays below 2^31. The functions launch kernels and do not wait for them. A
/// call with no rows launches nothing. They throw std::runtime_error with CUDA's words where a launch fails.
///
/// Invariants:
/// K1 What a row does not see is never read: no key at its length or behind it, no page that its length does not reach.
/// K2 A row's bits do not depend on the rows beside it, on the page size, or on which pages hold its keys.
/// K3 A number that is read takes part: NaN in a key that a row sees reaches its scores, and so its output.
/// K4 Every thread of a block comes to each barrier, every lane of a warp to each shuffle.
#pragma once
#include "kernels/cuda/exact.hpp"

namespace radixlab {

/// The four passes' common argument. A pass is a launch: scores, softmax, mix.
template <class T>
struct PagedAttention {
  const T* q;        ///< [rows, heads, head_dim]
  exact::Rows rows;  ///< of any sequences; row r sees the first rows.length[r] keys of its sequence. 0: padding
  int heads;         ///< query heads, a multiple of pages.kv_heads; head h reads KV head h / (heads / kv_heads)
  int max_length;    ///< the largest of the rows' lengths
  exact::Pages<T> pages;
  float* scores;        ///< [rows, heads, max_length] scratch: scores, then weights
  float* inverse_sums;  ///< [rows, heads] scratch: 1 / the sum of the weights
  T* out;               ///< [rows, heads, head_dim]
};

/// Heads of one layer, where keys and values lie in one piece.
struct HeadShape {
  int heads, kv_heads, head_dim;
};

/// Rung 1: one row of one request, whose keys and values lie in one piece. A thread a chain.
/// q, out [heads, head_dim]; k, v [length, kv_heads, head_dim]; scratch [heads * (length + 1)] floats.
/// O(heads * head_dim * length) multiply-adds; a thread reads a whole key alone, so that 32 neighbours touch 32 sectors a step.
template <class T>
void attention_naive(const T* q, const T* k, const T* v, HeadShape shape, int length, float* scratch, T* out);

/// Rung 2: scores and mix for a batch, and keys and values are found by the page table. A thread a chain. The softmax between
/// them is rung 3's, softmax_by_half_warps. Writes scores[row, head, position] for each position below the row's length.
template <class T>
void scores_paged(const PagedAttention<T>& call);
/// Rung 2. Reads weights and inverse sums, writes all of `out`: +0 for a row of length 0, whose inverse sum is 0.
template <class T>
void mix_paged(const PagedAttention<T>& call);

/// Rung 3: a block copies 64 keys into shared memory, neighbours side by side, then a thread has a key. As scores_paged; a
/// sector of a key is fetched once.
template <class T>
void scores_shared(const PagedAttention<T>& call);
/// Rung 3: half a warp a row and head, which is a lane sum's 16 lanes. Turns scores into weights in place: exp(score - maximum),
/// rounded to T; and writes inverse_sums[row, head]. Of a row of length 0 the inverse sum is 0.
template <class T>
void softmax_by_half_warps(const PagedAttention<T>& call);

/// Rung 4 wants rows of whole 16-byte chunks: head_dim, page_stride and `base` are multiples of 16 bytes.
template <class T>
bool has_whole_chunks(const exact::Pages<T>& pages) {
  return pages.head_dim * sizeof(T) % 16 == 0 && pages.page_stride * sizeof(T) % 16 == 0 &&
         reinterpret_cast<std::uintptr_t>(pages.base) % 16 == 0;
}
/// Rung 4: a block copies 64 keys in chunks of 16 bytes, asynchronously, once for up to 8 query heads that share their KV head.
/// As scores_paged. REQUIRES: has_whole_chunks(call.pages).
template <class T>
void scores_shared_heads(const PagedAttention<T>& call);
/// Rung 4: values come through a ring of tiles, of which the next ones are on their way while one is added up. As mix_paged.
/// REQUIRES: has_whole_chunks(call.pages).
template <class T>
void mix_shared_heads(const PagedAttention<T>& call);

/// Positions that one warp of rung 5 takes.
inline constexpr int kSplit = 256;
/// Floats that attention_split needs as scratch.
inline std::size_t split_scratch(int rows, int heads, int max_length, int head_dim) {
  return std::size_t(rows) * heads * ((max_length + kSplit - 1) / kSplit) * (std::size_t(head_dim) + 2);
}
/// Rung 5, flash decoding: the positions are split, a warp has kSplit of them and keeps maximum, sum and mix as it goes (online
/// softmax); a second kernel merges the splits in order. Reads neither `scores` nor `inverse_sums`. Its numbers differ from the
/// exact ones by at most 2^-18 (float) or 2^-7 (BFloat16) of the largest absolute value that the row and head read, and K2 holds.
/// Weights stay floats. A row of length 0 gives +0.
/// The bound is for scores up to 64 either way: beyond that, another order of a score's own sum moves it further. REQUIRES:
/// finite scores.
template <class T>
void attention_split(const PagedAttention<T>& call, float* scratch);

/// Floats of scores and inverse sums together.
inline std::size_t attention_scratch(int rows, int heads, int max_length) {
  return std::size_t(rows) * heads * (std::size_t(max_length) + 1);
}
/// What `--numerics exact` runs: rung 4's passes where rows are whole chunks, else rung 3's scores and rung 2's mix; softmax is
/// rung 3's. The bits are the same. scratch: attention_scratch floats, which replace call.scores and call.inverse_sums.
template <class T>
void attention(PagedAttention<T> call, float* scratch);

}  // namespace radixlab
