#include "09-cuda-paged-attention/demo_call.hpp"

#include <algorithm>
#include <numeric>

#include "kernels/cpu/huge_pages.hpp"
#include "kernels/cpu/kernels.hpp"
#include "llm/compute_type.hpp"

namespace radixlab {

template <class T>
std::vector<T> demo_numbers(std::size_t n, std::size_t seed) {
  std::vector<T> numbers(n);
  std::uint32_t state = static_cast<std::uint32_t>(seed);
  for (T& number : numbers) {
    state = state * 1664525u + 1013904223u;  // Numerical Recipes' generator, of which the upper bits are used
    const float even = static_cast<float>(state >> 8) * 0x1p-22f - 2.0f;
    number = to_type<T>(even * even * even * 0.5f);
  }
  return numbers;
}

namespace {

std::vector<int> counted_up(std::size_t n) {
  std::vector<int> numbers(n);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace

template <class T>
DemoCall<T>::DemoCall(HeadShape shape, std::vector<int> lengths, int page_size)
    : shape_(shape),
      lengths_(std::move(lengths)),
      page_size_(page_size),
      max_pages_((most() + page_size - 1) / page_size),
      pages_(lengths_.size() * max_pages_),
      q_(demo_numbers<T>(lengths_.size() * shape.heads * shape.head_dim, 1)),
      k_(demo_numbers<T>(num_positions() * shape.kv_heads * shape.head_dim, 2)),
      v_(demo_numbers<T>(num_positions() * shape.kv_heads * shape.head_dim, 3)),
      on_device_q_("q", q_),
      pool_("pages", pages_.size() * page_elements()),
      out_("out", q_.size()),
      sequence_("rows.sequence", counted_up(lengths_.size())),
      length_("rows.length", lengths_),
      table_("table", pages_.size()),
      scratch_("scratch", attention_scratch(static_cast<int>(lengths_.size()), shape.heads, most())),
      split_("split_scratch",
             radixlab::split_scratch(static_cast<int>(lengths_.size()), shape.heads, most(), shape.head_dim)) {
  std::iota(pages_.rbegin(), pages_.rend(), 0u);
  table_.assign(pages_);
  pool_.assign(device_pages());
}

template <class T>
int DemoCall<T>::most() const {
  return *std::ranges::max_element(lengths_);
}

template <class T>
std::size_t DemoCall<T>::num_positions() const {
  return std::accumulate(lengths_.begin(), lengths_.end(), std::size_t{0});
}

template <class T>
std::vector<T> DemoCall<T>::device_pages() const {
  std::vector<T> pool(pages_.size() * page_elements());
  const std::size_t dim = shape_.head_dim, part = page_elements() / 2;
  for (std::size_t row = 0, position = 0; row < lengths_.size(); ++row) {
    for (int j = 0; j < lengths_[row]; ++j, ++position) {
      T* const page = pool.data() + pages_[row * max_pages_ + j / page_size_] * page_elements();
      for (int head = 0; head < shape_.kv_heads; ++head) {
        const std::size_t from = (position * shape_.kv_heads + head) * dim;
        T* const to = page + (std::size_t(head) * page_size_ + j % page_size_) * dim;
        std::copy_n(k_.data() + from, dim, to);
        std::copy_n(v_.data() + from, dim, to + part);
      }
    }
  }
  return pool;
}

template <class T>
std::vector<T> DemoCall<T>::on_cpu() const {
  ThreadPool threads(1);
  const Kernels kernels(best_isa(), threads);
  const std::size_t kv_heads = shape_.kv_heads, dim = shape_.head_dim, page_size = page_size_;
  const std::size_t stride = KvLayer<T>::elements_per_page(kv_heads, dim, page_size);
  HugeBuffer<T> memory(pages_.size() * stride);
  const KvLayer<T> layer{memory.data(), stride, kv_heads, dim, page_size};
  std::vector<SequenceRows> whole, last;
  for (std::size_t row = 0; row < lengths_.size(); ++row) {
    const auto pages = std::span(pages_).subspan(row * max_pages_, max_pages_);
    const std::size_t length = lengths_[row];
    whole.push_back({length, 0, pages});
    last.push_back({1, length - 1, pages});
  }
  kernels.write_kv(k_.data(), v_.data(), whole, layer);
  std::vector<T> out(q_.size());
  kernels.attention(q_.data(), last, shape_.heads, layer, out.data());
  return out;
}

template <class T>
PagedAttention<T> DemoCall<T>::on_device() const {
  const int rows = static_cast<int>(lengths_.size());
  return {.q = on_device_q_.data(),
          .rows = {sequence_.data(), length_.data(), rows},
          .heads = shape_.heads,
          .max_length = most(),
          .pages = {.base = pool_.data(),
                    .page_stride = page_elements(),
                    .kv_heads = shape_.kv_heads,
                    .page_size = page_size_,
                    .head_dim = shape_.head_dim,
                    .table = table_.data(),
                    .max_pages = max_pages_},
          .scores = scratch_.data(),
          .inverse_sums = scratch_.data() + std::size_t(rows) * shape_.heads * most(),
          .out = out_.data()};
}

template std::vector<float> demo_numbers(std::size_t, std::size_t);
template std::vector<BFloat16> demo_numbers(std::size_t, std::size_t);
template class DemoCall<float>;
template class DemoCall<BFloat16>;

}  // namespace radixlab
