#include "kernels/cpu/amx_attention.hpp"
#include "kernels/cpu/amx_linear.hpp"
#include "kernels/cpu/isa_bodies.hpp"
#include "kernels/cpu/lanes_avx512.hpp"

namespace radixlab {
namespace amx {
namespace {

// One row is read from memory and gains nothing by tiles.
template <typename Y>
void linear(const LinearArgs<BFloat16, Y>& args, std::size_t panel_begin, std::size_t panel_end, float* scratch) {
  if (args.rows == 1) return LinearBody<Lanes, BFloat16, Y>::run(args, panel_begin, panel_end, scratch);
  AmxLinear<Lanes, Y>::run(args, panel_begin, panel_end, scratch);
}
std::size_t linear_scratch(std::size_t rows, std::size_t steps, std::size_t panels) {
  if (rows == 1) return LinearBody<Lanes, BFloat16, float>::scratch_floats(rows, steps, panels);
  return AmxLinear<Lanes, float>::scratch_floats(rows, steps / kBlockPairs, panels);
}

bool fits_tiles(const AttentionArgs<BFloat16>& args, std::size_t rows) {
  return rows > 1 && args.kv.head_dim <= AmxAttention<Lanes>::kMostDim;
}
void attention(const AttentionArgs<BFloat16>& args, std::size_t kv_head, std::size_t begin, std::size_t end,
               float* scratch) {
  if (!fits_tiles(args, end - begin)) return AttentionBody<Lanes, BFloat16>::run(args, kv_head, begin, end, scratch);
  AmxAttention<Lanes>::run(args, kv_head, begin, end, scratch);
}
std::size_t attention_scratch(const AttentionArgs<BFloat16>& args, std::size_t rows) {
  if (!fits_tiles(args, rows)) return AttentionBody<Lanes, BFloat16>::scratch_floats(args, rows);
  return AmxAttention<Lanes>::scratch_floats(args, rows);
}

}  // namespace
}  // namespace amx

const IsaTable& amx_table() {
  static constexpr IsaTable kTable = [] {
    IsaTable table = make_isa_table<amx::Lanes>();
    table.bfloat16.linear = amx::linear<BFloat16>;
    table.bfloat16.head = amx::linear<float>;
    table.bfloat16.linear_scratch = amx::linear_scratch;
    table.bfloat16.attention = amx::attention;
    table.bfloat16.attention_scratch = amx::attention_scratch;
    table.tile_rows = amx::kTileRows;
    return table;
  }();
  return kTable;
}

}  // namespace radixlab
