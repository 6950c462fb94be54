#include "kernels/cpu/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "kernels/cpu/flush_to_zero.hpp"
#include "kernels/cpu/isa_table.hpp"

namespace radixlab {
namespace {

std::size_t divide_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

/// Cuts 0 .. count-1 into pieces of `piece` and runs body(begin, end) on the pool.
template <typename Body>
void in_pieces(ThreadPool& pool, std::size_t count, std::size_t piece, const Body& body) {
  pool.parallel_for(divide_up(count, piece), [&](std::size_t i) { body(i * piece, std::min(count, (i + 1) * piece)); });
}

/// Items of about this many values are worth handing to a thread.
constexpr std::size_t kValuesAPiece = 16384;

/// Memory that a thread keeps from call to call.
float* scratch(HugeBuffer<float>& buffer, std::size_t floats) {
  if (buffer.size() < floats) buffer = HugeBuffer<float>(std::max(floats, 2 * buffer.size()));
  return buffer.data();
}

void require_pages(const char* caller, std::size_t positions, const KvLayer& layer, std::size_t pages) {
  if (layer.page_size == 0 || divide_up(positions, layer.page_size) > pages) {
    throw std::invalid_argument(std::string(caller) + ": " + std::to_string(pages) + " pages of " +
                                std::to_string(layer.page_size) + " given, expected room for " +
                                std::to_string(positions) + " positions");
  }
}

/// Brings 16 positions' keys of one KV head together as [head_dim, 16], where pages are too small to hold such a block.
void pack_key_block(const AttentionArgs& args, std::size_t kv_head, std::size_t block, std::size_t positions,
                    float* to) {
  const std::size_t first = block * 16, end = std::min(positions, first + 16);
  for (std::size_t j = first; j < end; ++j) {
    const float* const page = args.base + args.pages[j / args.page_size] * args.page_stride;
    const float* const key = page + kv_head * args.head_dim * args.page_size + j % args.page_size;
    for (std::size_t d = 0; d < args.head_dim; ++d) to[d * 16 + j - first] = key[d * args.page_size];
  }
}

}  // namespace

const IsaTable& isa_table(Isa isa) {
  if (!isa_supported(isa)) {
    throw std::invalid_argument("isa " + std::string(isa_name(isa)) +
                                " is not there on this processor or in this build, expected " +
                                std::string(isa_name(best_isa())) + " or less");
  }
#if defined(__x86_64__)
  if (isa == Isa::avx512) return avx512_table();
  if (isa == Isa::avx2) return avx2_table();
#endif
  return scalar_table();
}

Kernels::Kernels(Isa isa, ThreadPool& pool) : isa_(isa), table_(&isa_table(isa)), pool_(&pool) {}

void Kernels::linear(const float* x, std::size_t rows, const PackedMatrix& w, float* y) const {
  const LinearArgs args{x, rows, w.cols(), w.panel(0), w.rows(), y};
  // Few rows: one long piece a thread, memory likes it. Many: smaller ones, so that no thread waits long for the last.
  const std::size_t pieces = pool_->threads() == 1 ? 1 : pool_->threads() * (rows < 32 ? 1 : 4);
  const std::size_t piece = std::max<std::size_t>(8, divide_up(divide_up(w.num_panels(), pieces), 8) * 8);
  in_pieces(*pool_, w.num_panels(), piece,
            [&](std::size_t begin, std::size_t end) { table_->linear(args, begin, end); });
}

void Kernels::rms_norm(const float* x, std::size_t rows, std::span<const float> weight, float eps, float* y) const {
  const std::size_t d = weight.size();
  in_pieces(*pool_, rows, std::max<std::size_t>(1, kValuesAPiece / std::max<std::size_t>(d, 1)),
            [&](std::size_t begin, std::size_t end) {
              for (std::size_t r = begin; r < end; ++r) table_->rms_norm(x + r * d, d, weight.data(), eps, y + r * d);
            });
}

void Kernels::rotary(float* x, std::size_t rows, std::size_t heads, std::size_t head_dim, const float* cos,
                     const float* sin) const {
  const std::size_t half = head_dim / 2, row_floats = std::max<std::size_t>(heads * head_dim, 1);
  in_pieces(*pool_, rows, std::max<std::size_t>(1, kValuesAPiece / row_floats),
            [&](std::size_t begin, std::size_t end) {
              for (std::size_t r = begin; r < end; ++r) {
                for (std::size_t h = 0; h < heads; ++h) {
                  table_->rotate(x + (r * heads + h) * head_dim, half, cos + r * half, sin + r * half);
                }
              }
            });
}

void Kernels::silu_gate(const float* gate, const float* up, std::size_t n, float* out) const {
  in_pieces(*pool_, n, kValuesAPiece, [&](std::size_t begin, std::size_t end) {
    table_->silu_gate(gate + begin, up + begin, end - begin, out + begin);
  });
}

void Kernels::add(float* x, const float* y, std::size_t n) const {
  in_pieces(*pool_, n, kValuesAPiece,
            [&](std::size_t begin, std::size_t end) { table_->add(x + begin, y + begin, end - begin); });
}

void Kernels::write_kv(const float* k, const float* v, std::size_t rows, std::size_t start, const KvLayer& layer,
                       std::span<const std::uint32_t> pages) const {
  require_pages("Kernels::write_kv", start + rows, layer, pages.size());
  const std::size_t heads = layer.kv_heads, dim = layer.head_dim, size = layer.page_size;
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t place = (start + r) % size;
    float* const page = layer.base + pages[(start + r) / size] * layer.page_stride;
    for (std::size_t h = 0; h < heads; ++h) {
      const std::size_t source = (r * heads + h) * dim;
      for (std::size_t d = 0; d < dim; ++d) page[(h * dim + d) * size + place] = k[source + d];
      std::copy_n(v + source, dim, page + layer.value_offset() + (h * size + place) * layer.padded_head_dim());
    }
  }
}

void Kernels::attention(const float* q, std::size_t rows, std::size_t start, std::size_t heads, const KvLayer& layer,
                        std::span<const std::uint32_t> pages, float* out) const {
  const std::size_t positions = start + rows, blocks = divide_up(positions, 16), dim = layer.head_dim;
  require_pages("Kernels::attention", positions, layer, pages.size());
  if (layer.kv_heads == 0 || heads % layer.kv_heads != 0) {
    throw std::invalid_argument("Kernels::attention: " + std::to_string(heads) +
                                " query heads, expected a multiple of " + std::to_string(layer.kv_heads) + " KV heads");
  }
  if (rows == 0 || heads == 0) return;
  AttentionArgs args{q,
                     out,
                     start,
                     heads,
                     layer.kv_heads,
                     dim,
                     layer.page_size,
                     layer.base,
                     layer.page_stride,
                     layer.value_offset(),
                     pages.data(),
                     nullptr,
                     blocks,
                     1.0f / std::sqrt(static_cast<float>(dim))};
  static thread_local HugeBuffer<float> key_memory;
  if (layer.page_size % 16 != 0) {
    float* const keys = scratch(key_memory, layer.kv_heads * blocks * dim * 16);
    pool_->parallel_for(layer.kv_heads * blocks, [&](std::size_t i) {
      pack_key_block(args, i / blocks, i % blocks, positions, keys + i * dim * 16);
    });
    args.packed_keys = keys;
  }

  // A block of rows reads its keys and values once; its weights [rows, positions] should stay in the second-level
  // cache.
  const std::size_t tile = table_->tile_rows, head_rows = rows * heads / layer.kv_heads;
  const std::size_t block = std::clamp<std::size_t>(65536 / positions / tile, 1, 8) * tile;
  const std::size_t blocks_a_head = divide_up(head_rows, block);
  pool_->parallel_for(layer.kv_heads * blocks_a_head, [&](std::size_t i) {
    static thread_local HugeBuffer<float> memory;
    const std::size_t begin = i % blocks_a_head * block, end = std::min(head_rows, begin + block);
    const std::size_t floats = (end - begin) * (blocks * 16 + 2 * layer.padded_head_dim() + 1);
    table_->attention(args, i / blocks_a_head, begin, end, scratch(memory, floats));
  });
}

}  // namespace radixlab
