// The two kernels that know pages. Each sequence of a batch is work of its own, AttentionArgs, and all of them are cut
// into parts that the threads take from one loop: so a batch of single rows keeps every thread busy too.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/cpu/call_support.hpp"
#include "kernels/cpu/kernels.hpp"

namespace radixlab {
namespace {

/// Elements of packed keys that are held at a time, a thread: 1 MiB of float32, which a second-level cache holds.
constexpr std::size_t kPackedKeys = std::size_t{1} << 18;

template <typename T>
void require_pages(const char* caller, std::span<const SequenceRows> batch, const KvLayer<T>& layer) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::size_t positions = batch[i].start + batch[i].rows, pages = batch[i].pages.size();
    if (layer.page_size != 0 && divide_up(positions, layer.page_size) <= pages) continue;
    throw std::invalid_argument(std::string(caller) + ": sequence " + std::to_string(i) + " has " +
                                std::to_string(pages) + " pages of " + std::to_string(layer.page_size) +
                                ", expected room for " + std::to_string(positions) + " positions");
  }
}

/// Runs body(args, i) for i = 0 .. parts(args) - 1 of each sequence, all in one loop of the pool.
template <typename T, typename Parts, typename Body>
void for_each_part(ThreadPool& pool, std::span<const AttentionArgs<T>> work, const Parts& parts, const Body& body) {
  std::vector<std::size_t> ends;  // ends[s]: parts of the sequences 0 .. s
  std::size_t count = 0;
  for (const AttentionArgs<T>& args : work) ends.push_back(count += parts(args));
  pool.parallel_for(count, [&](std::size_t i) {
    const auto s = static_cast<std::size_t>(std::ranges::upper_bound(ends, i) - ends.begin());
    body(work[s], s == 0 ? i : i - ends[s - 1]);
  });
}

template <typename T>
void attend(ThreadPool& pool, const IsaTable& table, std::span<const AttentionArgs<T>> work) {
  const auto head_rows = [](const AttentionArgs<T>& args) { return args.rows * args.heads / args.kv.kv_heads; };
  // A block of rows reads its keys and values once; its weights [rows, positions] should stay in the second-level
  // cache.
  const auto block = [&](const AttentionArgs<T>& args) {
    const std::size_t tile = table.tile_rows;
    return std::clamp<std::size_t>(65536 / (args.start + args.rows) / tile, 1, 8) * tile;
  };
  const auto blocks_a_head = [&](const AttentionArgs<T>& args) { return divide_up(head_rows(args), block(args)); };
  for_each_part(
      pool, work, [&](const AttentionArgs<T>& args) { return args.kv.kv_heads * blocks_a_head(args); },
      [&](const AttentionArgs<T>& args, std::size_t i) {
        static thread_local HugeBuffer<float> memory;
        const std::size_t blocks = blocks_a_head(args), begin = i % blocks * block(args);
        const std::size_t end = std::min(head_rows(args), begin + block(args));
        const TypeTable<T>& kernels = table_of<T>(table);
        kernels.attention(args, i / blocks, begin, end, scratch(memory, kernels.attention_scratch(args, end - begin)));
      });
}

/// Brings 16 positions' keys of one KV head together as [head_dim / s, 16, s].
template <typename T>
void pack_key_block(const AttentionArgs<T>& args, std::size_t kv_head, std::size_t block) {
  const KvLayer<T>& kv = args.kv;
  T* const to = args.packed_keys + (kv_head * args.blocks + block) * kv.head_dim * 16;
  const std::size_t first = block * 16, end = std::min(args.start + args.rows, first + 16);
  for (std::size_t j = first; j < end; ++j) {
    const T* const page = kv.page(args.pages[j / kv.page_size]);
    const Step<T>* const key = steps(page + kv.key_index(kv_head, 0, j % kv.page_size));
    for (std::size_t d = 0; d < kv.head_dim / kStep<T>; ++d) steps(to)[d * 16 + j - first] = key[d * kv.page_size];
  }
}

/// The same where pages are too small to hold a block of 16 positions: keys are packed first, those of as many sequences
/// at a time as the scratch has room for, but of one at least.
template <typename T>
void pack_and_attend(ThreadPool& pool, const IsaTable& table, std::span<AttentionArgs<T>> work) {
  static thread_local HugeBuffer<T> memory;
  const auto size = [](const AttentionArgs<T>& args) { return args.kv.kv_heads * args.blocks * args.kv.head_dim * 16; };
  const std::size_t room = kPackedKeys * pool.threads();
  while (!work.empty()) {
    std::size_t count = 1, total = size(work[0]);
    while (count < work.size() && total + size(work[count]) <= room) total += size(work[count++]);
    T* keys = scratch(memory, total);
    for (AttentionArgs<T>& args : work.first(count)) {
      args.packed_keys = keys;
      keys += size(args);
    }
    const std::span<const AttentionArgs<T>> together = work.first(count);
    for_each_part(
        pool, together, [](const AttentionArgs<T>& args) { return args.kv.kv_heads * args.blocks; },
        [](const AttentionArgs<T>& args, std::size_t i) { pack_key_block(args, i / args.blocks, i % args.blocks); });
    attend(pool, table, together);
    work = work.subspan(count);
  }
}

}  // namespace

template <typename T>
void Kernels::write_kv(const T* k, const T* v, std::span<const SequenceRows> batch, const KvLayer<T>& layer) const {
  require_pages("Kernels::write_kv", batch, layer);
  const std::size_t heads = layer.kv_heads, dim = layer.head_dim, size = layer.page_size;
  for (const SequenceRows& s : batch) {
    for (std::size_t position = s.start; position < s.start + s.rows; ++position) {
      const std::size_t place = position % size;
      T* const page = layer.page(s.pages[position / size]);
      for (std::size_t h = 0; h < heads; ++h, k += dim, v += dim) {
        Step<T>* const key = steps(page + layer.key_index(h, 0, place));
        for (std::size_t d = 0; d < dim / kStep<T>; ++d) key[d * size] = steps(k)[d];
        std::copy_n(v, dim, page + layer.value_index(h, place, 0));
      }
    }
  }
}

template <typename T>
void Kernels::attention(const T* q, std::span<const SequenceRows> batch, std::size_t heads, const KvLayer<T>& layer,
                        T* out) const {
  require_pages("Kernels::attention", batch, layer);
  if (layer.kv_heads == 0 || heads % layer.kv_heads != 0) {
    throw std::invalid_argument("Kernels::attention: " + std::to_string(heads) +
                                " query heads, expected a multiple of " + std::to_string(layer.kv_heads) + " KV heads");
  }
  std::vector<AttentionArgs<T>> work;
  for (const SequenceRows& s : batch) {
    const std::size_t values = s.rows * heads * layer.head_dim;
    if (values != 0) {
      work.push_back({q, out, s.rows, s.start, heads, layer, s.pages.data(), nullptr, divide_up(s.start + s.rows, 16),
                      1.0f / std::sqrt(static_cast<float>(layer.head_dim))});
    }
    q += values;
    out += values;
  }
  if (layer.page_size % 16 == 0) {
    attend<T>(*pool_, *table_, work);
  } else {
    pack_and_attend<T>(*pool_, *table_, work);
  }
}

template void Kernels::write_kv(const float*, const float*, std::span<const SequenceRows>, const KvLayer<float>&) const;
template void Kernels::write_kv(const BFloat16*, const BFloat16*, std::span<const SequenceRows>,
                                const KvLayer<BFloat16>&) const;
template void Kernels::attention(const float*, std::span<const SequenceRows>, std::size_t, const KvLayer<float>&,
                                 float*) const;
template void Kernels::attention(const BFloat16*, std::span<const SequenceRows>, std::size_t, const KvLayer<BFloat16>&,
                                 BFloat16*) const;

}  // namespace radixlab
