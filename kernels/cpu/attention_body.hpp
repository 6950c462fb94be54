// Paged attention of a block of query rows of one KV head, in three passes: all scores, then their exponentials, then
// the mix of values. A pass takes some positions at a time and goes over all rows with them, so keys and values come
// from memory once a block of rows. In which order a sum goes depends on absolute positions alone.
#pragma once
#include "kernels/cpu/attention_block.hpp"
#include "kernels/cpu/tile_sum.hpp"

namespace radixlab {

/// T is the type of queries, keys, values and output; scores, exponentials and sums are float32.
template <typename L, typename T>
class AttentionBody : AttentionBlock<L, T> {
  using Block = AttentionBlock<L, T>;
  using Values = typename Block::Values;

 public:
  static std::size_t scratch_floats(const AttentionArgs<T>& args, std::size_t rows) {
    return rows * (16 * args.blocks + 2 * args.kv.padded_head_dim() + 1);
  }

  static void run(const AttentionArgs<T>& args, std::size_t kv_head, std::size_t begin, std::size_t end,
                  float* scratch) {
    AttentionBody body(args, kv_head, begin, end, scratch);
    body.gather_queries();
    body.all_scores();
    for (std::size_t row = 0; row < body.rows_; ++row) body.softmax(row);
    body.all_mixes();
    for (std::size_t row = 0; row < body.rows_; ++row)
      body.write_output(row, body.mixes_ + row * body.padded_dim_, body.inverse_sums_[row]);
  }

 private:
  using Block::args_, Block::dim_, Block::kMixed, Block::padded_dim_, Block::rows_;
  using Block::key_block, Block::key_stride, Block::query_offset, Block::smaller, Block::values_of, Block::visible;
  using Factor = typename FactorOf<L, T>::Type;
  static constexpr std::size_t kBlocks = 4;  // of 16 positions whose scores are taken at a time: 16 KiB at head_dim 64

  AttentionBody(const AttentionArgs<T>& args, std::size_t kv_head, std::size_t begin, std::size_t end, float* scratch)
      : Block(args, kv_head, begin, end) {
    stride_ = round_up(visible(rows_ - 1));
    weights_ = scratch;
    mixes_ = weights_ + rows_ * stride_;
    queries_ = reinterpret_cast<Factor*>(mixes_ + rows_ * padded_dim_);
    inverse_sums_ = mixes_ + 2 * rows_ * padded_dim_;
  }

  static std::size_t round_up(std::size_t n) { return Block::round_up(n, 16); }

  void gather_queries() {
    for (std::size_t row = 0; row < rows_; ++row) {
      const T* const q = args_.q + query_offset(row);
      Factor* const to = queries_ + row * padded_dim_;
      if constexpr (std::is_same_v<T, float>) {
        for (std::size_t d = 0; d < dim_; ++d) to[d] = q[d];
      } else {
        prepare_pairs<L>(q, dim_, padded_dim_, to);
      }
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
    Sums<L, T, R, B> tile;
    tile.clear();
    tile.template run<true>(queries_ + row * padded_dim_, padded_dim_, keys, ahead, key_stride(), dim_ / kStep<T>);
    const L scale = L::broadcast(args_.scale);
    for (auto& sums : tile.sum) {
      for (L& sum : sums) sum = sum * scale;
    }
    tile.store(weights_ + row * stride_ + block * 16, stride_, 16);
  }

  // ---- softmax

  /// Turns a row's scores into exp(score - maximum), rounded to T; the division by their sum waits until the end.
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
      L weight = ElementwiseBody<L>::exp(L::load(s + j) - shift);
      if constexpr (!std::is_same_v<T, float>) weight = rounded(weight);
      weight.store(s + j);
      sum = keep_first(sum + weight, lanes, sum);
    });
    inverse_sums_[row] = 1.0f / tree_sum(sum);
  }

  // ---- mix

  void all_mixes() {
    const std::size_t positions = visible(rows_ - 1);
    Values here = values_of(0, smaller(kMixed, positions));
    for (std::size_t begin = 0; begin < positions; begin += kMixed) {
      const std::size_t end = smaller(begin + kMixed, positions), next_end = smaller(end + kMixed, positions);
      const Values next = end < positions ? values_of(end, next_end) : here;
      std::size_t d = 0;
      for (; d + 64 <= padded_dim_; d += 64) mix_columns<4>(d, begin, end, here);
      for (; d + 32 <= padded_dim_; d += 32) mix_columns<2>(d, begin, end, here);
      for (; d < padded_dim_; d += 16) mix_columns<1>(d, begin, end, here);
      here = next;
    }
  }

  /// Coordinates d .. d + 16 V - 1 of all rows.
  template <int V>
  void mix_columns(std::size_t d, std::size_t begin, std::size_t end, const Values& values) {
    for_each_tile([&](auto rows, std::size_t row) {
      constexpr int R = decltype(rows)::value, B = smaller(L::tile_vectors(R), V);
      if (begin >= visible(row + R - 1)) return;
      for (int v = 0; v < V; v += B) {
        const std::size_t column = d + std::size_t{16} * v;
        if (end <= visible(row)) {
          mix<R, B>(row, column, begin, end, values);
        } else {  // not all rows of the tile see all of these positions
          for (int r = 0; r < R; ++r)
            if (begin < visible(row + r)) mix<1, B>(row + r, column, begin, smaller(end, visible(row + r)), values);
        }
      }
    });
  }

  /// Goes on with the sums of R rows over the positions begin .. end-1, which all of them see.
  template <int R, int B>
  void mix(std::size_t row, std::size_t d, std::size_t begin, std::size_t end, const Values& values) {
    float* const sums = mixes_ + row * padded_dim_ + d;
    Sums<L, T, R, B> tile;
    if (begin == 0) {
      tile.clear();
    } else {
      tile.load(sums, padded_dim_, 16);
    }
    const auto add_chain = [&](FmaTile<L, R, B>& chain, std::size_t first, std::size_t step) {
      for (std::size_t i = first; i < end - begin; i += step) {
        const T* value[B];
        for (int b = 0; b < B; ++b) value[b] = values.at[i] + d + 16 * b;
        chain.step(weights_ + row * stride_ + begin + i, stride_, value, 0);
      }
    };
    if constexpr (std::is_same_v<T, float>) {
      add_chain(tile, 0, 1);
    } else {
      FmaTile<L, R, B> even, odd;
      even.clear();
      add_chain(even, 0, 2);
      odd.clear();
      add_chain(odd, 1, 2);
      tile.add(even, odd);
    }
    tile.store(sums, padded_dim_, 16);
  }

  std::size_t stride_;   // of a row in weights_: its positions, rounded up to whole vectors
  float* weights_;       // [rows, stride]: scores, then their exponentials
  float* mixes_;         // [rows, padded_dim]
  Factor* queries_;      // [rows, padded_dim]
  float* inverse_sums_;  // [rows]
};

}  // namespace radixlab
