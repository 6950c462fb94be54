// What the ways to compute attention share: a block of query rows of one KV head, where its operands lie, what it sees.
#pragma once
#include "kernels/cpu/elementwise_body.hpp"
#include "kernels/cpu/isa_table.hpp"

namespace radixlab {

template <typename L, typename T>
class AttentionBlock {
 protected:
  AttentionBlock(const AttentionArgs<T>& args, std::size_t kv_head, std::size_t begin, std::size_t end)
      : args_(args),
        kv_head_(kv_head),
        begin_(begin),
        rows_(end - begin),
        group_(args.heads / args.kv.kv_heads),
        dim_(args.kv.head_dim),
        padded_dim_(args.kv.padded_head_dim()) {}

  static constexpr std::size_t smaller(std::size_t a, std::size_t b) { return a < b ? a : b; }
  static constexpr std::size_t round_up(std::size_t n, std::size_t unit) { return (n + unit - 1) / unit * unit; }

  /// Keys that a row sees: its own position is the last of them.
  std::size_t visible(std::size_t row) const { return args_.start + (begin_ + row) / group_ + 1; }

  /// Where row `row` starts in q and out.
  std::size_t query_offset(std::size_t row) const {
    const std::size_t position = (begin_ + row) / group_, head = kv_head_ * group_ + (begin_ + row) % group_;
    return (position * args_.heads + head) * dim_;
  }

  const T* page(std::size_t index) const { return args_.kv.page(args_.pages[index]); }

  /// Keys of positions 16 * block .. + 15: 16 steps, and again key_stride() further on.
  const Step<T>* key_block(std::size_t block) const {
    if (args_.packed_keys) return steps(args_.packed_keys + (kv_head_ * args_.blocks + block) * dim_ * 16);
    const std::size_t position = block * 16, size = args_.kv.page_size;
    return steps(page(position / size) + args_.kv.key_index(kv_head_, 0, position % size));
  }
  std::size_t key_stride() const { return args_.packed_keys ? 16 : args_.kv.page_size; }

  static constexpr std::size_t kMixed = 32;  // positions whose values are mixed at a time: a block of the tile sum

  /// Where the values of 32 positions lie, coordinate 0 of each; those behind the last are not set.
  struct Values {
    const T* at[kMixed];
  };
  Values values_of(std::size_t begin, std::size_t end) const {
    Values values;
    const std::size_t size = args_.kv.page_size;
    for (std::size_t j = begin; j < end;) {
      const T* first = page(j / size) + args_.kv.value_index(kv_head_, j % size, 0);
      const std::size_t stop = smaller(end, (j / size + 1) * size);
      for (; j < stop; ++j, first += padded_dim_) values.at[j - begin] = first;
    }
    return values;
  }

  /// Divides a row's mix [padded_head_dim] by the sum of its weights, and rounds it.
  void write_output(std::size_t row, const float* mix, float inverse_sum) {
    T* const out = args_.out + query_offset(row);
    const L inverse = L::broadcast(inverse_sum), zero = L::broadcast(0.0f);
    ElementwiseBody<L>::for_each_vector(dim_, [&](std::size_t d, int lanes) {
      L sum = L::load(mix + d);
      if constexpr (!std::is_same_v<T, float>) sum = sum + zero;  // -0 would tell how many blocks there were
      (sum * inverse).store_first(out + d, lanes);
    });
  }

  const AttentionArgs<T>& args_;
  std::size_t kv_head_, begin_, rows_, group_, dim_, padded_dim_;
};

}  // namespace radixlab
