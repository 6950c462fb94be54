#include "llm/kv_pool.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace radixlab {
namespace {

// Of one page in one layer.
std::size_t layer_page_bytes(const ModelConfig& config, std::size_t page_size, DType type) {
  return in_type(type, [&]<class T>() {
    return KvLayer<T>::elements_per_page(config.num_key_value_heads, config.head_dim, page_size) * sizeof(T);
  });
}

constexpr PageId kAside = std::numeric_limits<PageId>::max();  // a page beside the pool

// Copies that do one after the other what `copies` do at once: no page is written before it has been read. Where pages
// change places in a ring, one of them is put aside first.
std::vector<PageCopy> in_order(std::span<const PageCopy> copies) {
  if (copies.size() == 1) return {copies.front()};  // what a hit copies is not to wait for maps
  std::map<PageId, PageCopy> waiting;               // by the page that it writes
  std::map<PageId, std::size_t> readers;            // of a page: copies that wait
  for (const PageCopy& copy : copies) {
    if (!waiting.emplace(copy.to, copy).second)
      throw std::invalid_argument("copy_pages: two copies go to page " + std::to_string(copy.to));
    if (copy.from != copy.to) ++readers[copy.from];
  }
  std::erase_if(waiting, [](const auto& entry) { return entry.second.from == entry.first; });

  std::vector<PageCopy> order;
  std::vector<PageId> ready;  // pages to write that nobody waits to read
  for (const auto& [page, copy] : waiting)
    if (!readers.contains(page)) ready.push_back(page);
  while (!waiting.empty()) {
    if (ready.empty()) {  // rings alone are left, and each of their pages has one reader
      PageCopy& reader = waiting.begin()->second;
      order.push_back({reader.from, kAside, reader.tokens});
      ready.push_back(std::exchange(reader.from, kAside));
    }
    const PageCopy next = waiting.extract(ready.back()).mapped();
    ready.pop_back();
    order.push_back(next);
    if (next.from != kAside && --readers.at(next.from) == 0 && waiting.contains(next.from)) ready.push_back(next.from);
  }
  return order;
}

}  // namespace

KvPool::KvPool(const ModelConfig& config, std::size_t num_pages, std::size_t page_size, DType type)
    : type_(type),
      num_layers_(config.num_hidden_layers),
      kv_heads_(config.num_key_value_heads),
      head_dim_(config.head_dim),
      num_pages_(num_pages),
      page_size_(page_size),
      layer_page_bytes_(layer_page_bytes(config, page_size, type)) {
  if (num_pages == 0 || page_size == 0) throw std::invalid_argument("KvPool: pages and page size must be at least 1");
  buffer_ = HugeBuffer<std::byte>(num_layers_ * num_pages_ * layer_page_bytes_);
}

std::size_t KvPool::page_bytes(const ModelConfig& config, std::size_t page_size, DType type) {
  return config.num_hidden_layers * layer_page_bytes(config, page_size, type);
}

template <class T>
KvLayer<T> KvPool::layer(std::size_t index) {
  if (kTypeOf<T> != type_) throw std::logic_error("KvPool::layer: the pool holds another type");
  std::byte* const first = buffer_.data() + index * num_pages_ * layer_page_bytes_;
  return {reinterpret_cast<T*>(first), layer_page_bytes_ / sizeof(T), kv_heads_, head_dim_, page_size_};
}
template KvLayer<float> KvPool::layer<float>(std::size_t);
template KvLayer<BFloat16> KvPool::layer<BFloat16>(std::size_t);

// Calls work(layer's view, the page's first element) in the pool's type.
template <class Work>
decltype(auto) KvPool::at_place(const KvPlace& at, Work work) {
  if (at.layer >= num_layers_ || at.page >= num_pages_ || at.kv_head >= kv_heads_ || at.place >= page_size_ ||
      at.d >= head_dim_) {
    throw std::out_of_range("KvPool: there is no such place");
  }
  return in_type(type_, [&]<class T>() {
    const KvLayer<T> view = layer<T>(at.layer);
    return work(view, view.page(at.page));
  });
}

float KvPool::key(const KvPlace& at) {
  return at_place(at,
                  [&](auto view, auto* page) { return from_type(page[view.key_index(at.kv_head, at.d, at.place)]); });
}

float KvPool::value(const KvPlace& at) {
  return at_place(at,
                  [&](auto view, auto* page) { return from_type(page[view.value_index(at.kv_head, at.place, at.d)]); });
}

void KvPool::set_key(const KvPlace& at, float number) {
  at_place(at, [&]<class T>(KvLayer<T> view, T* page) {
    page[view.key_index(at.kv_head, at.d, at.place)] = to_type<T>(number);
  });
}

void KvPool::set_value(const KvPlace& at, float number) {
  at_place(at, [&]<class T>(KvLayer<T> view, T* page) {
    page[view.value_index(at.kv_head, at.place, at.d)] = to_type<T>(number);
  });
}

void KvPool::copy_kv(PageId from, PageId to, std::size_t tokens) {
  const PageCopy alone{from, to, tokens};
  copy_pages({&alone, 1});
}

void KvPool::copy_pages(std::span<const PageCopy> copies) {
  std::size_t tokens = 0;
  for (const PageCopy& copy : copies) {
    if (copy.from >= num_pages_ || copy.to >= num_pages_ || copy.tokens > page_size_)
      throw std::invalid_argument("copy_pages: pages and places must lie in the pool");
    tokens += copy.tokens;
  }
  const std::vector<PageCopy> steps = in_order(copies);
  std::vector<std::byte> aside(std::ranges::count(steps, kAside, &PageCopy::to) > 0 ? layer_page_bytes_ : 0);
  in_type(type_, [&]<class T>() {
    for (std::size_t index = 0; index < num_layers_; ++index) {
      const KvLayer<T> view = layer<T>(index);
      const auto page = [&](PageId id) { return id == kAside ? reinterpret_cast<T*>(aside.data()) : view.page(id); };
      for (const PageCopy& step : steps) copy_places(view, page(step.from), page(step.to), step.tokens);
    }
  });
  tokens_copied_ += tokens;
}

// The first places of a coordinate's row (in bfloat16: of a pair of rows) and of a head's values lie in one piece.
template <class T>
void KvPool::copy_places(const KvLayer<T>& view, const T* source, T* target, std::size_t tokens) {
  for (std::size_t head = 0; head < view.kv_heads; ++head) {
    for (std::size_t d = 0; d < view.head_dim; d += kStep<T>) {
      const std::size_t row = view.key_index(head, d, 0);
      std::copy_n(source + row, tokens * kStep<T>, target + row);
    }
    const std::size_t values = view.value_index(head, 0, 0);
    std::copy_n(source + values, tokens * view.padded_head_dim(), target + values);
  }
}

void KvPool::poison(PageId id) {
  in_type(type_, [&]<class T>() {
    for (std::size_t index = 0; index < num_layers_; ++index) {
      const KvLayer<T> view = layer<T>(index);
      std::fill_n(view.page(id), view.page_stride, to_type<T>(std::numeric_limits<float>::quiet_NaN()));
    }
  });
}

}  // namespace radixlab
