// y = x W^T on AMX, for two rows and more. Weights are read once a group of rows; the rows' x stays in the second-level
// cache, and 8 blocks of two panels (16 KiB) in the first.
#pragma once
#include "kernels/cpu/amx_tiles.hpp"
#include "kernels/cpu/isa_table.hpp"

namespace radixlab {

/// Y is the type that the sums are rounded to.
template <typename L, typename Y>
class AmxLinear {
 public:
  using Args = LinearArgs<BFloat16, Y>;

  static std::size_t scratch_floats(std::size_t rows, std::size_t blocks, std::size_t panels) {
    const Plan plan(rows, blocks);
    const std::size_t waiting = plan.chunk < blocks ? (panels + 1) / 2 : 1;
    return groups_of(rows) * blocks * (amx::kTileValues / 2) + plan.groups / 2 * kPairSums * waiting;
  }

  static void run(const Args& args, std::size_t panel_begin, std::size_t panel_end, float* scratch) {
    AmxLinear body(args, panel_begin, panel_end, scratch);
    for (std::size_t group = 0; group < groups_of(args.rows); ++group) {
      if (!body.lies_as_tiles(group)) body.copy_group(group);
    }
    args.rows <= amx::kTileRows ? body.one_group() : body.many_groups();
  }

 private:
  static constexpr std::size_t kNear = 8;    // blocks of k that two panels are multiplied with at a time
  static constexpr std::size_t kChunk = 64;  // blocks of k, before the other panels have their turn
  static constexpr std::size_t kXBytes = std::size_t{1} << 19;  // of x that are used again for each pair of panels
  static constexpr std::size_t kPairSums = 4 * amx::kTileSums;  // of two groups of rows and two panels

  static constexpr std::size_t groups_of(std::size_t rows) { return (rows + amx::kTileRows - 1) / amx::kTileRows; }
  static constexpr std::size_t smaller(std::size_t a, std::size_t b) { return a < b ? a : b; }

  /// How many blocks of k and groups of 16 rows are taken at a time: groups are an even number.
  struct Plan {
    Plan(std::size_t rows, std::size_t blocks) {
      const std::size_t all = groups_of(rows);
      chunk = all * blocks * amx::kTileBytes <= kXBytes ? blocks : smaller(kChunk, blocks);
      const std::size_t fit = kXBytes / (amx::kTileBytes * (chunk == 0 ? 1 : chunk)) / 2 * 2;
      groups = smaller(fit < 2 ? 2 : fit, (all + 1) / 2 * 2);
    }
    std::size_t chunk, groups;
  };

  /// 16 rows of x: where a block lies, values from block to block, bytes from row to row.
  struct Rows {
    const BFloat16* at;
    std::size_t step, stride;
  };

  AmxLinear(const Args& args, std::size_t panel_begin, std::size_t panel_end, float* scratch)
      : args_(args),
        begin_(panel_begin),
        end_(panel_end),
        blocks_(args.steps / kBlockPairs),
        copies_(reinterpret_cast<BFloat16*>(scratch)),
        sums_(scratch + groups_of(args.rows) * blocks_ * (amx::kTileValues / 2)) {}

  // ---- x

  bool lies_as_tiles(std::size_t group) const {
    return args_.k % (2 * kBlockPairs) == 0 && (group + 1) * amx::kTileRows <= args_.rows;
  }

  /// A group's rows as tiles, +0 where nothing exists.
  void copy_group(std::size_t group) {
    constexpr std::size_t kWidth = 2 * kBlockPairs;
    for (std::size_t r = 0; r < amx::kTileRows; ++r) {
      const std::size_t row = group * amx::kTileRows + r;
      for (std::size_t block = 0; block < blocks_; ++block) {
        BFloat16* const to = copies_ + (group * blocks_ + block) * amx::kTileValues + r * kWidth;
        const std::size_t count = row < args_.rows ? smaller(kWidth, args_.k - block * kWidth) : 0;
        amx::copy_row(args_.x + row * args_.k + block * kWidth, count, to);
      }
    }
  }

  Rows rows(std::size_t group, std::size_t block) const {
    if (lies_as_tiles(group))
      return {args_.x + group * amx::kTileRows * args_.k + block * 2 * kBlockPairs, 2 * kBlockPairs, args_.k * 2};
    return {copies_ + (group * blocks_ + block) * amx::kTileValues, amx::kTileValues, 64};
  }

  const BFloat16* weights(std::size_t panel, std::size_t block) const {
    return args_.panels + (panel * blocks_ + block) * amx::kTileValues;
  }

  // ---- y

  /// Up to 16 x 16 sums.
  void put(const float* sums, std::size_t row, std::size_t panel) const {
    const std::size_t rows = smaller(amx::kTileRows, args_.rows - row), column = panel * 16;
    const int exist = static_cast<int>(smaller(16, args_.n - column));
    for (std::size_t r = 0; r < rows; ++r)
      L::load(sums + r * 16).store_first(args_.y + (row + r) * args_.n + column, exist);
  }

  // ---- at most 16 rows: nothing but reading the weights takes time

  void one_group() {
    const amx::TileShape full, low{args_.rows, 64};
    const amx::Tiles configured({low, low, low, low, low, full, full, full});
    std::size_t panel = begin_;
    for (; panel + 2 <= end_; panel += 2) {
      two_panels(panel);
      put(sums_, 0, panel);
      put(sums_ + amx::kTileSums, 0, panel + 1);
    }
    if (panel == end_) return;
    two_panels(panel - (panel > begin_ ? 1 : 0));  // the last alone, or once more with the one before it
    put(panel > begin_ ? sums_ + amx::kTileSums : sums_, 0, panel);
  }

  /// Sums of panels `panel` and `panel` + 1, where there is a second one, of all blocks.
  void two_panels(std::size_t panel) {
    const Rows x = rows(0, 0);
    const BFloat16 *first = weights(panel, 0), *second = panel + 1 < end_ ? weights(panel + 1, 0) : first;
    _tile_zero(0);
    _tile_zero(1);
    for (std::size_t block = 0; block < blocks_; ++block) {
      _tile_loadd(4, x.at + block * x.step, x.stride);
      _tile_loadd(5, first + block * amx::kTileValues, 64);
      _tile_loadd(6, second + block * amx::kTileValues, 64);
      _tile_dpbf16ps(0, 4, 5);
      _tile_dpbf16ps(1, 4, 6);
      bring(first + (block + 4) * amx::kTileValues);
      bring(second + (block + 4) * amx::kTileValues);
    }
    _tile_stored(0, sums_, 64);
    _tile_stored(1, sums_ + amx::kTileSums, 64);
    amx::memory_is_read_and_written();
  }

  /// A hint: the address may lie behind the weights.
  static void bring(const BFloat16* tile) {
    for (std::size_t line = 0; line < 16; ++line) L::prefetch(tile + 32 * line);
  }

  // ---- more

  void many_groups() {
    const amx::TileShape full;
    const amx::Tiles configured({full, full, full, full, full, full, full, full});
    const std::size_t all = groups_of(args_.rows);
    const Plan plan(args_.rows, blocks_);
    for (std::size_t group = 0; group < all; group += plan.groups) {
      const std::size_t group_end = smaller(all, group + plan.groups), row_pairs = (group_end - group + 1) / 2;
      std::size_t block = 0;
      do {  // once even for no block: an empty sum is +0
        const std::size_t block_end = smaller(blocks_, block + plan.chunk);
        for (std::size_t panel = begin_; panel < end_; panel += 2) {
          const std::size_t waiting = plan.chunk < blocks_ ? (panel - begin_) / 2 * row_pairs : 0;
          two_panels_of(group, group_end, block, block_end, panel, sums_ + waiting * kPairSums);
        }
        block = block_end;
      } while (block < blocks_);
    }
  }

  /// Two panels and some groups: their sums wait in `sums` [row pairs][4][16, 16], and go to y after the last block.
  void two_panels_of(std::size_t group_begin, std::size_t group_end, std::size_t begin, std::size_t end,
                     std::size_t panel, float* sums) {
    const bool both = panel + 1 < end_;
    // Meanwhile the next two panels come nearer, so many lines a block that all of them are there in time.
    const BFloat16* next = panel + 2 < end_ ? weights(panel + 2, begin) : nullptr;
    const std::size_t row_pairs = (group_end - group_begin + 1) / 2,
                      lines = next ? (32 + row_pairs - 1) / row_pairs : 0;
    std::size_t block = begin;
    do {
      const std::size_t near = smaller(end, block + kNear);
      for (std::size_t group = group_begin; group < group_end; group += 2) {
        float* const c = sums + (group - group_begin) / 2 * kPairSums;
        const std::size_t other = smaller(group + 1, group_end - 1), count = near - block;
        two_by_two(rows(group, block), rows(other, block), weights(panel, block),
                   weights(both ? panel + 1 : panel, block), count, c, block == 0);
        for (std::size_t line = 0; line < lines * count; ++line, next += 32)
          _mm_prefetch(reinterpret_cast<const char*>(next), _MM_HINT_T1);
        if (near < blocks_) continue;
        for (std::size_t g = group; g < smaller(group + 2, group_end); ++g) {
          const float* const of_group = c + (g - group) * 2 * amx::kTileSums;
          put(of_group, g * amx::kTileRows, panel);
          if (both) put(of_group + amx::kTileSums, g * amx::kTileRows, panel + 1);
        }
      }
      block = near;
    } while (block < end);
  }

  static void two_by_two(Rows a0, Rows a1, const BFloat16* b0, const BFloat16* b1, std::size_t blocks, float* c,
                         bool first) {
    amx::memory_is_read_and_written();
    if (first) {
      _tile_zero(0);
      _tile_zero(1);
      _tile_zero(2);
      _tile_zero(3);
    } else {
      _tile_loadd(0, c, 64);
      _tile_loadd(1, c + amx::kTileSums, 64);
      _tile_loadd(2, c + 2 * amx::kTileSums, 64);
      _tile_loadd(3, c + 3 * amx::kTileSums, 64);
    }
    for (std::size_t block = 0; block < blocks; ++block) {
      _tile_loadd(6, b0 + block * amx::kTileValues, 64);
      _tile_loadd(7, b1 + block * amx::kTileValues, 64);
      _tile_loadd(4, a0.at + block * a0.step, a0.stride);
      _tile_loadd(5, a1.at + block * a1.step, a1.stride);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, c, 64);
    _tile_stored(1, c + amx::kTileSums, 64);
    _tile_stored(2, c + 2 * amx::kTileSums, 64);
    _tile_stored(3, c + 3 * amx::kTileSums, 64);
    amx::memory_is_read_and_written();
  }

  const Args& args_;
  std::size_t begin_, end_, blocks_;
  BFloat16* copies_;  // [groups][blocks][16, 32], of groups that do not lie as tiles
  float* sums_;
};

}  // namespace radixlab
