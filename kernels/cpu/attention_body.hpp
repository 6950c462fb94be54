// Paged attention of a block of query rows of one KV head, in three passes: all scores, then their exponentials, then
// the mix of values. A pass takes some positions at a time and goes over all rows with them, so keys and values come
// from memory once a block of rows. No pass ever adds up in another order than the positions'.
#pragma once
#include "kernels/cpu/elementwise_body.hpp"
#include "kernels/cpu/fma_tile.hpp"
#include "kernels/cpu/isa_table.hpp"

namespace radixlab {

/// T is the type of queries, keys, values and output; scores, exponentials and sums are float32.
template <typename L, typename T>
class AttentionBody {
 public:
  static void run(const AttentionArgs<T>& args, std::size_t kv_head, std::size_t begin, std::size_t end,
                  float* scratch) {
    AttentionBody body(args, kv_head, begin, end, scratch);
    body.gather_queries();
    body.all_scores();
    for (std::size_t row = 0; row < body.rows_; ++row) body.softmax(row);
    body.all_mixes();
    for (std::size_t row = 0; row < body.rows_; ++row) body.write_output(row);
  }

 private:
  static constexpr std::size_t kBlocks = 4;  // of 16 positions that a pass takes at a time: 16 KiB at head_dim 64

  AttentionBody(const AttentionArgs<T>& args, std::size_t kv_head, std::size_t begin, std::size_t end, float* scratch)
      : args_(args),
        kv_head_(kv_head),
        begin_(begin),
        rows_(end - begin),
        group_(args.heads / args.kv.kv_heads),
        dim_(args.kv.head_dim) {
    padded_dim_ = args.kv.padded_head_dim();
    stride_ = round_up(visible(rows_ - 1));
    weights_ = scratch;
    mixes_ = weights_ + rows_ * stride_;
    queries_ = reinterpret_cast<T*>(mixes_ + rows_ * padded_dim_);
    inverse_sums_ = mixes_ + 2 * rows_ * padded_dim_;
  }

  static std::size_t round_up(std::size_t n) { return (n + 15) / 16 * 16; }
  static constexpr std::size_t smaller(std::size_t a, std::size_t b) { return a < b ? a : b; }

  /// Keys that a row sees: its own position is the last of them.
  std::size_t visible(std::size_t row) const { return args_.start + (begin_ + row) / group_ + 1; }

  /// Where row `row` starts in q and out.
  std::size_t query_offset(std::size_t row) const {
    const std::size_t position = (begin_ + row) / group_, head = kv_head_ * group_ + (begin_ + row) % group_;
    return (position * args_.heads + head) * dim_;
  }

  void gather_queries() {
    for (std::size_t row = 0; row < rows_; ++row) {
      const T* const q = args_.q + query_offset(row);
      for (std::size_t d = 0; d < dim_; ++d) queries_[row * padded_dim_ + d] = q[d];
    }
  }

  /// Calls f(Constant<R>, row) for tiles of rows that cover the block.
  template <typename F>
  RADIXLAB_INLINE void for_each_tile(const F& f) const {
    std::size_t row = 0;
    for (; row + L::kTileRows <= rows_; row += L::kTileRows) f(Constant<L::kTileRows>{}, row);
    with_constant<L::kTileRows>(rows_ - row, [&](auto rows) { f(rows, row); });
  }

  // ---- scores

  const T* page(std::size_t index) const { return args_.kv.page(args_.pages[index]); }

  /// Keys of positions 16 * block .. + 15: 16 steps, and again key_stride() further on.
  const Step<T>* key_block(std::size_t block) const {
    if (args_.packed_keys) return steps(args_.packed_keys + (kv_head_ * args_.blocks + block) * dim_ * 16);
    const std::size_t position = block * 16, size = args_.kv.page_size;
    return steps(page(position / size) + args_.kv.key_index(kv_head_, 0, position % size));
  }
  std::size_t key_stride() const { return args_.packed_keys ? 16 : args_.kv.page_size; }

  void all_scores() {
    const std::size_t blocks = stride_ / 16;
    const Step<T>* keys[2 * kBlocks];  // of this step, then of the next one
    for (std::size_t block = 0; block < blocks; block += kBlocks) {
      for (std::size_t b = 0; b < 2 * kBlocks; ++b) keys[b] = key_block(smaller(block + b, blocks - 1));
      for_each_tile([&](auto rows, std::size_t row) {
        constexpr int R = decltype(rows)::value, B = smaller(kBlocks, L::tile_vectors(R));
        const std::size_t seen = round_up(visible(row + R - 1)) / 16;
        const std::size_t end = seen > block ? smaller(kBlocks, seen - block) : 0;
        std::size_t b = 0;
        for (; b + B <= end; b += B) score_tile<R, B>(row, block + b, keys + b);
        for (; b < end; ++b) score_tile<R, 1>(row, block + b, keys + b);
      });
    }
  }

  /// Scores of 16 B positions; those that a row does not see are cut off by softmax.
  template <int R, int B>
  void score_tile(std::size_t row, std::size_t block, const Step<T>* const* block_keys) {
    const Step<T>*keys[B], *ahead[B];
    for (int b = 0; b < B; ++b) {
      keys[b] = block_keys[b];
      ahead[b] = block_keys[b + kBlocks];
    }
    FmaTile<L, R, B> tile;
    tile.clear();
    tile.run(steps(queries_ + row * padded_dim_), padded_dim_ / kStep<T>, keys, ahead, key_stride(), dim_ / kStep<T>);
    const L scale = L::broadcast(args_.scale);
    for (auto& sums : tile.sum) {
      for (L& sum : sums) sum = sum * scale;
    }
    tile.store(weights_ + row * stride_ + block * 16, stride_, 16);
  }

  // ---- softmax

  /// Turns a row's scores into exp(score - maximum); the division by their sum waits until the end.
  void softmax(std::size_t row) {
    float* const s = weights_ + row * stride_;
    const std::size_t count = visible(row);
    const L none = L::broadcast(-__builtin_inff());
    L maximum = none;
    ElementwiseBody<L>::for_each_vector(
        count, [&](std::size_t j, int lanes) { maximum = max(keep_first(L::load(s + j), lanes, none), maximum); });
    const L shift = L::broadcast(max_of(maximum));
    L sum = L::broadcast(0.0f);
    ElementwiseBody<L>::for_each_vector(count, [&](std::size_t j, int lanes) {
      const L weight = ElementwiseBody<L>::exp(L::load(s + j) - shift);
      weight.store(s + j);
      sum = keep_first(sum + weight, lanes, sum);
    });
    inverse_sums_[row] = 1.0f / tree_sum(sum);
  }

  // ---- mix

  /// Coordinate d of the value at one place of a page and what follows, head_dim padded to whole vectors.
  const T* value(std::size_t page_index, std::size_t place, std::size_t d) const {
    return page(page_index) + args_.kv.value_index(kv_head_, place, d);
  }

  void all_mixes() {
    const std::size_t positions = visible(rows_ - 1);
    // One tile reads each value once in any case: then its sums can stay in registers all the way.
    const std::size_t step = rows_ <= L::kTileRows ? positions : 16 * kBlocks;
    std::size_t d = 0;
    for (; d + 64 <= padded_dim_; d += 64) mix_columns<4>(d, positions, step);
    for (; d + 32 <= padded_dim_; d += 32) mix_columns<2>(d, positions, step);
    for (; d < padded_dim_; d += 16) mix_columns<1>(d, positions, step);
  }

  /// Coordinates d .. d + 16 V - 1 of all rows.
  template <int V>
  void mix_columns(std::size_t d, std::size_t positions, std::size_t step) {
    for (std::size_t begin = 0; begin < positions; begin += step) {
      for_each_tile([&](auto rows, std::size_t row) {
        constexpr int R = decltype(rows)::value, B = smaller(L::tile_vectors(R), V);
        for (int v = 0; v < V; v += B) mix_tile<R, B>(row, d + std::size_t{16} * v, begin, begin + step);
      });
    }
  }

  /// The rows of a tile may stand at different positions: together they go as far as all of them see, then each alone.
  template <int R, int B>
  void mix_tile(std::size_t row, std::size_t d, std::size_t begin, std::size_t end) {
    const std::size_t seen_by_all = visible(row), seen_by_last = visible(row + R - 1);
    mix<R, B>(row, d, begin, smaller(end, seen_by_all));
    if (seen_by_last == seen_by_all || end <= seen_by_all) return;
    const std::size_t rest = begin < seen_by_all ? seen_by_all : begin;
    for (int r = 1; r < R; ++r) mix<1, B>(row + r, d, rest, smaller(end, visible(row + r)));
  }

  /// Goes on with the sums of R rows over the positions begin .. end-1, which all of them see.
  template <int R, int B>
  void mix(std::size_t row, std::size_t d, std::size_t begin, std::size_t end) {
    if (begin >= end) return;
    float* const sums = mixes_ + row * padded_dim_ + d;
    FmaTile<L, R, B> tile;
    if (begin == 0) {
      tile.clear();
    } else {
      tile.load(sums, padded_dim_, 16);
    }
    std::size_t page_index = begin / args_.kv.page_size, place = begin % args_.kv.page_size;
    for (std::size_t j = begin; j < end; place = 0, ++page_index) {
      const std::size_t count = smaller(args_.kv.page_size - place, end - j);
      const T* const here = value(page_index, place, d);
      const T* const next = j + count < end ? value(page_index + 1, 0, d) : here;
      const T *values[B], *ahead[B];
      for (int b = 0; b < B; ++b) {
        values[b] = here + 16 * b;
        ahead[b] = next + 16 * b;
      }
      tile.run(weights_ + row * stride_ + j, stride_, values, ahead, padded_dim_, count);
      j += count;
    }
    tile.store(sums, padded_dim_, 16);
  }

  void write_output(std::size_t row) {
    T* const out = args_.out + query_offset(row);
    const L inverse = L::broadcast(inverse_sums_[row]);
    ElementwiseBody<L>::for_each_vector(dim_, [&](std::size_t d, int lanes) {
      (L::load(mixes_ + row * padded_dim_ + d) * inverse).store_first(out + d, lanes);
    });
  }

  const AttentionArgs<T>& args_;
  std::size_t kv_head_, begin_, rows_, group_, dim_, padded_dim_;
  std::size_t stride_;   // of a row in weights_: its positions, rounded up to whole vectors
  float* weights_;       // [rows, stride]: scores, then their exponentials
  float* mixes_;         // [rows, padded_dim]
  T* queries_;           // [rows, padded_dim]
  float* inverse_sums_;  // [rows]
};

}  // namespace radixlab
