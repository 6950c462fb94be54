// Paged attention on AMX: the passes of attention_body.hpp, 16 rows of queries at a time. Scores are tiles of queries
// times keys as they lie in their pages; the mix is tiles of weights times values, which are interleaved first.
//
// A tile cannot leave out a value for some of its rows: what a row does not see has weight 0, and 0 x infinity is NaN. So
// a block of positions that not all of 16 rows see is multiplied in tiles only if its values are finite, else row by row.
#pragma once
#include "kernels/cpu/amx_tiles.hpp"
#include "kernels/cpu/attention_block.hpp"

namespace radixlab {

template <typename L>
class AmxAttention : AttentionBlock<L, BFloat16> {
  using Block = AttentionBlock<L, BFloat16>;
  using Args = AttentionArgs<BFloat16>;

 public:
  static constexpr std::size_t kMostDim = 128;  // of a head: its key's blocks must fit in four tiles

  static std::size_t scratch_floats(const Args& args, std::size_t rows) {
    const std::size_t height = Block::round_up(rows, 16), dim = args.kv.padded_head_dim();
    return height * (Block::round_up(16 * args.blocks, kMixed) + dim + 16 * blocks_of(args.kv.head_dim) + 1) +
           (kTogether + 1) * 16 * dim + amx::kTileSums;
  }

  static void run(const Args& args, std::size_t kv_head, std::size_t begin, std::size_t end, float* scratch) {
    AmxAttention body(args, kv_head, begin, end, scratch);
    body.gather_queries();
    {
      const std::size_t rest = body.dim_ % kMixed;
      const amx::TileShape full, low_a{16, 2 * rest}, low_b{rest / 2, 64};
      const amx::Tiles configured({full, full, full, rest ? low_a : full, full, full, full, rest ? low_b : full});
      body.all_scores();
      for (std::size_t row = 0; row < body.rows_; ++row) body.softmax(row);
      body.all_mixes();
    }
    for (std::size_t row = 0; row < body.rows_; ++row)
      body.write_output(row, body.mixes_ + row * body.padded_dim_, body.inverse_sums_[row]);
  }

 private:
  using Block::args_, Block::dim_, Block::kMixed, Block::padded_dim_, Block::rows_;
  using Block::key_block, Block::key_stride, Block::query_offset, Block::smaller, Block::values_of, Block::visible;
  static constexpr std::size_t kTogether = 8;  // blocks of 32 positions that are interleaved at a time

  static constexpr std::size_t blocks_of(std::size_t dim) { return (dim + 31) / 32; }

  AmxAttention(const Args& args, std::size_t kv_head, std::size_t begin, std::size_t end, float* scratch)
      : Block(args, kv_head, begin, end), groups_((rows_ + 15) / 16), dim_blocks_(blocks_of(dim_)) {
    stride_ = Block::round_up(visible(rows_ - 1), kMixed);
    weights_ = scratch;
    mixes_ = weights_ + groups_ * 16 * stride_;
    queries_ = reinterpret_cast<BFloat16*>(mixes_ + groups_ * 16 * padded_dim_);
    values_ = queries_ + groups_ * dim_blocks_ * amx::kTileValues;
    one_tile_ = reinterpret_cast<float*>(values_ + (kTogether + 1) * 32 * padded_dim_);
    inverse_sums_ = one_tile_ + amx::kTileSums;
  }

  std::size_t last_row(std::size_t group) const { return smaller(group * 16 + 15, rows_ - 1); }

  // ---- scores

  BFloat16* query_tile(std::size_t group, std::size_t block) const {
    return queries_ + (group * dim_blocks_ + block) * amx::kTileValues;
  }

  void gather_queries() {
    for (std::size_t row = 0; row < groups_ * 16; ++row) {
      for (std::size_t block = 0; block < dim_blocks_; ++block) {
        const std::size_t count = row < rows_ ? smaller(32, dim_ - 32 * block) : 0;
        const BFloat16* const q = args_.q + query_offset(smaller(row, rows_ - 1)) + 32 * block;
        amx::copy_row(q, count, query_tile(row / 16, block) + row % 16 * 32);
      }
    }
  }

  /// Those that a row does not see are cut off by softmax.
  void all_scores() {
    const std::size_t whole = dim_ / 32, stride = key_stride() * sizeof(BFloat16Pair);
    for (std::size_t block = 0; block < (visible(rows_ - 1) + 15) / 16; ++block) {
      const BFloat16Pair* const keys = key_block(block);
      const auto part = [&](std::size_t i) { return keys + i * 16 * key_stride(); };  // 32 coordinates
      amx::memory_is_read_and_written();
      if (whole > 0) _tile_loadd(4, part(0), stride);
      if (whole > 1) _tile_loadd(5, part(1), stride);
      if (whole > 2) _tile_loadd(6, part(2), stride);
      if (whole > 3 || dim_blocks_ > whole) _tile_loadd(7, part(dim_blocks_ - 1), stride);
      for (std::size_t group = 0; group < groups_; ++group) {
        if (block * 16 < visible(last_row(group))) score_tile(group, block, whole);
      }
    }
  }

  void score_tile(std::size_t group, std::size_t block, std::size_t whole) {
    _tile_zero(0);
    if (whole > 0) {
      _tile_loadd(2, query_tile(group, 0), 64);
      _tile_dpbf16ps(0, 2, 4);
    }
    if (whole > 1) {
      _tile_loadd(2, query_tile(group, 1), 64);
      _tile_dpbf16ps(0, 2, 5);
    }
    if (whole > 2) {
      _tile_loadd(2, query_tile(group, 2), 64);
      _tile_dpbf16ps(0, 2, 6);
    }
    if (whole > 3 || dim_blocks_ > whole) {
      _tile_loadd(3, query_tile(group, dim_blocks_ - 1), 64);
      _tile_dpbf16ps(0, 3, 7);
    }
    _tile_stored(0, weights_ + group * 16 * stride_ + block * 16, stride_ * sizeof(float));
    amx::memory_is_read_and_written();
  }

  // ---- softmax

  /// Turns a row's scores into exp(score - maximum) in bfloat16, at the front of their own memory, and +0 behind them.
  void softmax(std::size_t row) {
    float* const s = weights_ + row * stride_;
    auto* const rounded_weights = reinterpret_cast<BFloat16*>(s);
    const std::size_t count = visible(row);
    const L none = L::broadcast(-__builtin_inff()), scale = L::broadcast(args_.scale);
    L maximum = none;
    ElementwiseBody<L>::for_each_vector(count, [&](std::size_t j, int lanes) {
      const L score = L::load(s + j) * scale;
      score.store(s + j);
      maximum = max(keep_first(score, lanes, none), maximum);
    });
    const L shift = L::broadcast(max_of(maximum)), zero = L::broadcast(0.0f);
    L sum = zero;
    ElementwiseBody<L>::for_each_vector(count, [&](std::size_t j, int lanes) {
      const L weight = rounded(ElementwiseBody<L>::exp(L::load(s + j) - shift));
      keep_first(weight, lanes, zero).store(rounded_weights + j);
      sum = keep_first(sum + weight, lanes, sum);
    });
    for (std::size_t j = Block::round_up(count, 16); j < stride_; j += 16) zero.store(rounded_weights + j);
    inverse_sums_[row] = 1.0f / tree_sum(sum);
  }

  // ---- mix

  void all_mixes() {
    const L zero = L::broadcast(0.0f);
    for (std::size_t i = 0; i < groups_ * 16 * padded_dim_; i += 16) zero.store(mixes_ + i);
    const std::size_t positions = visible(rows_ - 1);
    for (std::size_t begin = 0; begin < positions; begin += kTogether * kMixed) {
      const std::size_t blocks = smaller(kTogether, (positions - begin + kMixed - 1) / kMixed);
      bool finite[kTogether];
      for (std::size_t i = 0; i < blocks; ++i)
        finite[i] = interleave(begin + i * kMixed, smaller(begin + (i + 1) * kMixed, positions), i);
      for (std::size_t group = 0; group < groups_; ++group) mix_group(group, begin, blocks, finite);
    }
  }

  /// Values of one block of positions, coordinates 16 c .. + 15: [16 pairs of positions][16 coordinates][2].
  BFloat16* value_tile(std::size_t slot, std::size_t c) const {
    return values_ + (slot * (padded_dim_ / 16) + c) * amx::kTileValues;
  }

  /// Brings the values of positions begin .. end-1 into a slot, +0 behind them. Returns whether all are finite.
  bool interleave(std::size_t begin, std::size_t end, std::size_t slot) {
    const auto values = values_of(begin, end);
    const __m512i exponent = _mm512_set1_epi16(0x7f80);
    __mmask32 infinite = 0;
    for (std::size_t pair = 0; pair < kBlockPairs; ++pair) {
      for (std::size_t c = 0; c < padded_dim_ / 16; ++c) {
        const auto widened = [&](std::size_t i) {
          return begin + i < end ? _mm512_cvtepu16_epi32(_mm256_loadu_epi16(values.at[i] + 16 * c))
                                 : _mm512_setzero_si512();
        };
        const __m512i both = _mm512_or_si512(widened(2 * pair), _mm512_slli_epi32(widened(2 * pair + 1), 16));
        infinite |= _mm512_cmpeq_epi16_mask(_mm512_and_si512(both, exponent), exponent) & existing(c);
        _mm512_storeu_epi16(value_tile(slot, c) + pair * 32, both);
      }
    }
    return infinite == 0;
  }
  // Of 16 coordinates, two halves of a pair each. Behind head_dim a page may hold anything, which no output reads: it
  // should not send a block to the slow way.
  __mmask32 existing(std::size_t c) const { return amx::first(2 * smaller(16, dim_ - 16 * c)); }

  /// Goes on with a group's sums over `blocks` blocks from `begin` on, in their order.
  void mix_group(std::size_t group, std::size_t begin, std::size_t blocks, const bool* finite) {
    const std::size_t seen_by_all = visible(group * 16), seen = visible(last_row(group));
    std::size_t from = 0, block = 0;
    for (; block < blocks && begin + block * kMixed < seen; ++block) {
      const bool in_tiles = begin + (block + 1) * kMixed <= seen_by_all || finite[block];
      if (in_tiles) continue;
      mix_tiles(group, begin, from, block);
      mix_row_by_row(group, begin + block * kMixed);
      from = block + 1;
    }
    mix_tiles(group, begin, from, block);
  }

  void mix_tiles(std::size_t group, std::size_t begin, std::size_t from, std::size_t to) {
    if (from == to) return;
    const std::size_t columns = padded_dim_ / 16, bytes = padded_dim_ * sizeof(float);
    for (std::size_t c = 0; c < columns; c += 2) {
      const std::size_t second = smaller(c + 1, columns - 1);  // of an odd number the last one twice, stored once
      float* const sums = mixes_ + group * 16 * padded_dim_;
      amx::memory_is_read_and_written();
      _tile_loadd(0, sums + 16 * c, bytes);
      _tile_loadd(1, sums + 16 * second, bytes);
      for (std::size_t block = from; block < to; ++block) {
        _tile_loadd(2, weight_tile(group, begin + block * kMixed), stride_ * sizeof(float));
        _tile_loadd(4, value_tile(block, c), 64);
        _tile_loadd(5, value_tile(block, second), 64);
        _tile_dpbf16ps(0, 2, 4);
        _tile_dpbf16ps(1, 2, 5);
      }
      _tile_stored(0, sums + 16 * c, bytes);
      if (second > c) _tile_stored(1, sums + 16 * second, bytes);
      amx::memory_is_read_and_written();
    }
  }

  const BFloat16* weight_tile(std::size_t group, std::size_t position) const {
    return reinterpret_cast<const BFloat16*>(weights_ + group * 16 * stride_) + position;
  }

  /// A block with values that not all rows see: for each row those that it sees, and of the 16 sums its own alone.
  void mix_row_by_row(std::size_t group, std::size_t begin) {
    for (std::size_t row = group * 16; row <= last_row(group); ++row) {
      if (begin >= visible(row)) continue;
      interleave(begin, smaller(begin + kMixed, visible(row)), kTogether);
      for (std::size_t c = 0; c < padded_dim_ / 16; ++c) {
        float* const sums = mixes_ + group * 16 * padded_dim_ + 16 * c;
        amx::memory_is_read_and_written();
        _tile_loadd(0, sums, padded_dim_ * sizeof(float));
        _tile_loadd(2, weight_tile(group, begin), stride_ * sizeof(float));
        _tile_loadd(4, value_tile(kTogether, c), 64);
        _tile_dpbf16ps(0, 2, 4);
        _tile_stored(0, one_tile_, 64);
        amx::memory_is_read_and_written();
        L::load(one_tile_ + row % 16 * 16).store(sums + row % 16 * padded_dim_);
      }
    }
  }

  std::size_t groups_, dim_blocks_;  // of 16 rows, of 32 coordinates
  std::size_t stride_;               // of a row in weights_: its positions, rounded up to whole blocks
  float* weights_;                   // [16 groups, stride]: scores, then weights in bfloat16 in a row's first half
  float* mixes_;                     // [16 groups, padded_dim]
  BFloat16* queries_;                // [groups][dim_blocks][16, 32]
  BFloat16* values_;                 // [kTogether + 1][padded_dim / 16][16, 16, 2]
  float* one_tile_;                  // [16, 16]
  float* inverse_sums_;              // [rows]
};

}  // namespace radixlab
