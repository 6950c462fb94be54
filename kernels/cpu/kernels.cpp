#include "kernels/cpu/kernels.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "kernels/cpu/call_support.hpp"

namespace radixlab {
namespace {

/// Cuts 0 .. count-1 into pieces of `piece` and runs body(begin, end) on the pool.
template <typename Body>
void in_pieces(ThreadPool& pool, std::size_t count, std::size_t piece, const Body& body) {
  pool.parallel_for(divide_up(count, piece), [&](std::size_t i) { body(i * piece, std::min(count, (i + 1) * piece)); });
}

/// Items of about this many values are worth handing to a thread.
constexpr std::size_t kValuesAPiece = 16384;

/// `kernel`: linear or head of the table.
template <typename T, typename Y, typename Kernel>
void multiply(ThreadPool& pool, const TypeTable<T>& table, Kernel TypeTable<T>::*kernel, const T* x, std::size_t rows,
              const PackedMatrix<T>& w, Y* y) {
  const LinearArgs<T, Y> args{x, rows, w.cols(), w.steps(), w.panel(0), w.rows(), y};
  // Few rows: one long piece a thread, memory likes it. Many: smaller ones, so that no thread waits long for the last.
  const std::size_t pieces = pool.threads() == 1 ? 1 : pool.threads() * (rows < 32 ? 1 : 4);
  const std::size_t piece = std::max<std::size_t>(8, divide_up(divide_up(w.num_panels(), pieces), 8) * 8);
  in_pieces(pool, w.num_panels(), piece, [&](std::size_t begin, std::size_t end) {
    static thread_local HugeBuffer<float> memory;
    (table.*kernel)(args, begin, end, scratch(memory, table.linear_scratch(rows, args.steps, end - begin)));
  });
}

}  // namespace

const IsaTable& isa_table(Isa isa) {
  if (!isa_supported(isa)) {
    throw std::invalid_argument("isa " + std::string(isa_name(isa)) +
                                " is not there on this processor or in this build, expected " +
                                std::string(isa_name(best_isa())) + " or less");
  }
#if defined(__x86_64__)
  if (isa == Isa::amx) return amx_table();
  if (isa == Isa::avx512_bf16) return avx512_bf16_table();
  if (isa == Isa::avx512) return avx512_table();
  if (isa == Isa::avx2) return avx2_table();
#endif
  return scalar_table();
}

Kernels::Kernels(Isa isa, ThreadPool& pool) : isa_(isa), table_(&isa_table(isa)), pool_(&pool) {}

template <typename T>
void Kernels::linear(const T* x, std::size_t rows, const PackedMatrix<T>& w, T* y) const {
  multiply(*pool_, table_of<T>(*table_), &TypeTable<T>::linear, x, rows, w, y);
}

template <typename T>
void Kernels::head(const T* x, std::size_t rows, const PackedMatrix<T>& w, float* y) const {
  multiply(*pool_, table_of<T>(*table_), &TypeTable<T>::head, x, rows, w, y);
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

// NOLINTBEGIN(bugprone-macro-parentheses): T is a type
#define RADIXLAB_INSTANTIATE(T)                                                                               \
  template void Kernels::linear(const T*, std::size_t, const PackedMatrix<T>&, T*) const;                     \
  template void Kernels::head(const T*, std::size_t, const PackedMatrix<T>&, float*) const;                   \
  template void Kernels::rms_norm(const T*, std::size_t, std::span<const float>, float, T*) const;            \
  template void Kernels::rotary(T*, std::size_t, std::size_t, std::size_t, const float*, const float*) const; \
  template void Kernels::silu_gate(const T*, const T*, std::size_t, T*) const;                                \
  template void Kernels::add(T*, const T*, std::size_t) const
// NOLINTEND(bugprone-macro-parentheses)

RADIXLAB_INSTANTIATE(float);
RADIXLAB_INSTANTIATE(BFloat16);

}  // namespace radixlab
