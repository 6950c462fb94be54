#include "kernels/cpu/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

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
template <typename T>
T* scratch(HugeBuffer<T>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer = HugeBuffer<T>(std::max(size, 2 * buffer.size()));
  return buffer.data();
}

template <typename T>
void require_pages(const char* caller, std::size_t positions, const KvLayer<T>& layer, std::size_t pages) {
  if (layer.page_size == 0 || divide_up(positions, layer.page_size) > pages) {
    throw std::invalid_argument(std::string(caller) + ": " + std::to_string(pages) + " pages of " +
                                std::to_string(layer.page_size) + " given, expected room for " +
                                std::to_string(positions) + " positions");
  }
}

template <typename T>
const TypeTable<T>& table_of(const IsaTable& table) {
  if constexpr (std::is_same_v<T, float>) {
    return table.float32;
  } else {
    return table.bfloat16;
  }
}

/// x [rows, k] in whole steps: x itself, or a copy where each row ends in +0.
template <typename T>
const Step<T>* whole_steps(const T* x, std::size_t rows, const PackedMatrix<T>& w) {
  if (w.cols() % kStep<T> == 0) return steps(x);
  static thread_local std::vector<Step<T>> memory;
  memory.assign(rows * w.steps(), {});
  T* const to = reinterpret_cast<T*>(memory.data());
  for (std::size_t r = 0; r < rows; ++r) std::copy_n(x + r * w.cols(), w.cols(), to + r * w.steps() * kStep<T>);
  return memory.data();
}

template <typename T, typename Y, typename Kernel>
void multiply(ThreadPool& pool, Kernel kernel, const T* x, std::size_t rows, const PackedMatrix<T>& w, Y* y) {
  const LinearArgs<Step<T>, Y> args{whole_steps(x, rows, w), rows, w.steps(), steps(w.panel(0)), w.rows(), y};
  // Few rows: one long piece a thread, memory likes it. Many: smaller ones, so that no thread waits long for the last.
  const std::size_t pieces = pool.threads() == 1 ? 1 : pool.threads() * (rows < 32 ? 1 : 4);
  const std::size_t piece = std::max<std::size_t>(8, divide_up(divide_up(w.num_panels(), pieces), 8) * 8);
  in_pieces(pool, w.num_panels(), piece, [&](std::size_t begin, std::size_t end) {
    static thread_local HugeBuffer<float> memory;
    const std::size_t floats = args.steps > kLinearSteps ? std::min(rows, kLinearRows) * 16 * (end - begin) : 0;
    kernel(args, begin, end, scratch(memory, floats));
  });
}

/// Brings 16 positions' keys of one KV head together as [head_dim / s, 16, s], where pages are too small to hold such a
/// block.
template <typename T>
void pack_key_block(const AttentionArgs<T>& args, std::size_t kv_head, std::size_t block, std::size_t positions,
                    T* to) {
  const KvLayer<T>& kv = args.kv;
  const std::size_t first = block * 16, end = std::min(positions, first + 16);
  for (std::size_t j = first; j < end; ++j) {
    const T* const page = kv.page(args.pages[j / kv.page_size]);
    const Step<T>* const key = steps(page + kv.key_index(kv_head, 0, j % kv.page_size));
    for (std::size_t d = 0; d < kv.head_dim / kStep<T>; ++d) steps(to)[d * 16 + j - first] = key[d * kv.page_size];
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
  if (isa == Isa::avx512_bf16) return avx512_bf16_table();
  if (isa == Isa::avx512) return avx512_table();
  if (isa == Isa::avx2) return avx2_table();
#endif
  return scalar_table();
}

Kernels::Kernels(Isa isa, ThreadPool& pool) : isa_(isa), table_(&isa_table(isa)), pool_(&pool) {}

template <typename T>
void Kernels::linear(const T* x, std::size_t rows, const PackedMatrix<T>& w, T* y) const {
  multiply(*pool_, table_of<T>(*table_).linear, x, rows, w, y);
}

template <typename T>
void Kernels::head(const T* x, std::size_t rows, const PackedMatrix<T>& w, float* y) const {
  multiply(*pool_, table_of<T>(*table_).head, x, rows, w, y);
}

template <typename T>
void Kernels::rms_norm(const T* x, std::size_t rows, std::span<const float> weight, float eps, T* y) const {
  const std::size_t d = weight.size();
  const auto norm = table_of<T>(*table_).rms_norm;
  in_pieces(*pool_, rows, std::max<std::size_t>(1, kValuesAPiece / std::max<std::size_t>(d, 1)),
            [&](std::size_t begin, std::size_t end) {
              for (std::size_t r = begin; r < end; ++r) norm(x + r * d, d, weight.data(), eps, y + r * d);
            });
}

template <typename T>
void Kernels::rotary(T* x, std::size_t rows, std::size_t heads, std::size_t head_dim, const float* cos,
                     const float* sin) const {
  const std::size_t half = head_dim / 2, row_values = std::max<std::size_t>(heads * head_dim, 1);
  const auto rotate = table_of<T>(*table_).rotate;
  in_pieces(*pool_, rows, std::max<std::size_t>(1, kValuesAPiece / row_values),
            [&](std::size_t begin, std::size_t end) {
              for (std::size_t r = begin; r < end; ++r) {
                for (std::size_t h = 0; h < heads; ++h) {
                  rotate(x + (r * heads + h) * head_dim, half, cos + r * half, sin + r * half);
                }
              }
            });
}

template <typename T>
void Kernels::silu_gate(const T* gate, const T* up, std::size_t n, T* out) const {
  in_pieces(*pool_, n, kValuesAPiece, [&](std::size_t begin, std::size_t end) {
    table_of<T>(*table_).silu_gate(gate + begin, up + begin, end - begin, out + begin);
  });
}

template <typename T>
void Kernels::add(T* x, const T* y, std::size_t n) const {
  in_pieces(*pool_, n, kValuesAPiece,
            [&](std::size_t begin, std::size_t end) { table_of<T>(*table_).add(x + begin, y + begin, end - begin); });
}

template <typename T>
void Kernels::write_kv(const T* k, const T* v, std::size_t rows, std::size_t start, const KvLayer<T>& layer,
                       std::span<const std::uint32_t> pages) const {
  require_pages("Kernels::write_kv", start + rows, layer, pages.size());
  const std::size_t heads = layer.kv_heads, dim = layer.head_dim, size = layer.page_size;
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t place = (start + r) % size;
    T* const page = layer.page(pages[(start + r) / size]);
    for (std::size_t h = 0; h < heads; ++h) {
      const std::size_t source = (r * heads + h) * dim;
      Step<T>* const key = steps(page + layer.key_index(h, 0, place));
      for (std::size_t d = 0; d < dim / kStep<T>; ++d) key[d * size] = steps(k + source)[d];
      std::copy_n(v + source, dim, page + layer.value_index(h, place, 0));
    }
  }
}

template <typename T>
void Kernels::attention(const T* q, std::size_t rows, std::size_t start, std::size_t heads, const KvLayer<T>& layer,
                        std::span<const std::uint32_t> pages, T* out) const {
  const std::size_t positions = start + rows, blocks = divide_up(positions, 16), dim = layer.head_dim;
  require_pages("Kernels::attention", positions, layer, pages.size());
  if (layer.kv_heads == 0 || heads % layer.kv_heads != 0) {
    throw std::invalid_argument("Kernels::attention: " + std::to_string(heads) +
                                " query heads, expected a multiple of " + std::to_string(layer.kv_heads) + " KV heads");
  }
  if (rows == 0 || heads == 0) return;
  AttentionArgs<T> args{
      q, out, start, heads, layer, pages.data(), nullptr, blocks, 1.0f / std::sqrt(static_cast<float>(dim))};
  static thread_local HugeBuffer<T> key_memory;
  if (layer.page_size % 16 != 0) {
    T* const keys = scratch(key_memory, layer.kv_heads * blocks * dim * 16);
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
    table_of<T>(*table_).attention(args, i / blocks_a_head, begin, end, scratch(memory, floats));
  });
}

// NOLINTBEGIN(bugprone-macro-parentheses): T is a type
#define RADIXLAB_INSTANTIATE(T)                                                                               \
  template void Kernels::linear(const T*, std::size_t, const PackedMatrix<T>&, T*) const;                     \
  template void Kernels::head(const T*, std::size_t, const PackedMatrix<T>&, float*) const;                   \
  template void Kernels::rms_norm(const T*, std::size_t, std::span<const float>, float, T*) const;            \
  template void Kernels::rotary(T*, std::size_t, std::size_t, std::size_t, const float*, const float*) const; \
  template void Kernels::silu_gate(const T*, const T*, std::size_t, T*) const;                                \
  template void Kernels::add(T*, const T*, std::size_t) const;                                                \
  template void Kernels::write_kv(const T*, const T*, std::size_t, std::size_t, const KvLayer<T>&,            \
                                  std::span<const std::uint32_t>) const;                                      \
  template void Kernels::attention(const T*, std::size_t, std::size_t, std::size_t, const KvLayer<T>&,        \
                                   std::span<const std::uint32_t>, T*) const
// NOLINTEND(bugprone-macro-parentheses)

RADIXLAB_INSTANTIATE(float);
RADIXLAB_INSTANTIATE(BFloat16);

}  // namespace radixlab
