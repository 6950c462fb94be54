#include "llm/kv_pool.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace radixlab {

KvPool::KvPool(const ModelConfig& config, std::size_t num_pages, std::size_t page_size)
    : num_layers_(config.num_hidden_layers),
      kv_heads_(config.num_key_value_heads),
      head_dim_(config.head_dim),
      num_pages_(num_pages),
      page_size_(page_size),
      page_floats_(KvLayer<float>::elements_per_page(kv_heads_, head_dim_, page_size)) {
  if (num_pages == 0 || page_size == 0) throw std::invalid_argument("KvPool: pages and page size must be at least 1");
  buffer_ = HugeBuffer<float>(num_layers_ * num_pages_ * page_floats_);
}

KvLayer<float> KvPool::layer(std::size_t index) {
  return {page(index, 0), page_floats_, kv_heads_, head_dim_, page_size_};
}

float* KvPool::keys(std::size_t index, PageId id, std::size_t head) {
  return page(index, id) + layer(index).key_index(head, 0, 0);
}

float* KvPool::values(std::size_t index, PageId id, std::size_t head) {
  return page(index, id) + layer(index).value_index(head, 0, 0);
}

void KvPool::copy_kv(PageId from, PageId to, std::size_t tokens) {
  if (from >= num_pages_ || to >= num_pages_ || tokens > page_size_) {
    throw std::invalid_argument("copy_kv: pages and places must lie in the pool");
  }
  tokens_copied_ += tokens;
  for (std::size_t index = 0; index < num_layers_; ++index) {
    for (std::size_t head = 0; head < kv_heads_; ++head) {
      for (std::size_t d = 0; d < head_dim_; ++d) {
        std::copy_n(keys(index, from, head) + d * page_size_, tokens, keys(index, to, head) + d * page_size_);
      }
      std::copy_n(values(index, from, head), tokens * layer(index).padded_head_dim(), values(index, to, head));
    }
  }
}

void KvPool::poison(PageId id) {
  for (std::size_t index = 0; index < num_layers_; ++index) {
    std::fill_n(page(index, id), page_floats_, std::numeric_limits<float>::quiet_NaN());
  }
}

float* KvPool::page(std::size_t layer, PageId id) { return buffer_.data() + (layer * num_pages_ + id) * page_floats_; }

}  // namespace radixlab
