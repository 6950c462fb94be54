#include <algorithm>
#include <cmath>
#include <numeric>

#include "08-engine/attention_executor.hpp"

namespace radixlab {

void OnlineSoftmax::add(float score, std::span<const float> value) {
  const float largest = sum_ == 0 ? score : std::max(largest_, score);
  const float keep = sum_ == 0 ? 0 : std::exp(largest_ - largest), weight = std::exp(score - largest);
  sum_ = sum_ * keep + weight;
  for (std::size_t d = 0; d < mixed_.size(); ++d) mixed_[d] = mixed_[d] * keep + weight * value[d];
  largest_ = largest;
}

void OnlineSoftmax::merge(const OnlineSoftmax& other) {
  if (other.sum_ == 0) return;
  if (sum_ == 0) return void(*this = other);
  const float largest = std::max(largest_, other.largest_);
  const float keep = std::exp(largest_ - largest), weight = std::exp(other.largest_ - largest);
  sum_ = sum_ * keep + other.sum_ * weight;
  for (std::size_t d = 0; d < mixed_.size(); ++d) mixed_[d] = mixed_[d] * keep + other.mixed_[d] * weight;
  largest_ = largest;
}

std::vector<float> OnlineSoftmax::result() const {
  std::vector<float> mixed = mixed_;
  if (sum_ > 0)
    for (float& number : mixed) number /= sum_;
  return mixed;
}

std::vector<float> AttentionExecutor::compute_attention_with_cached_kv(std::span<const float> query, std::size_t layer,
                                                                       std::span<const PageId> page_table,
                                                                       std::size_t position) const {
  const ModelConfig& config = device_.config();
  const std::size_t heads = config.num_attention_heads, group = heads / config.num_key_value_heads;
  const std::size_t dim = config.head_dim, P = pages_.page_size();
  const float scale = 1 / std::sqrt(static_cast<float>(dim));
  std::vector<OnlineSoftmax> softmax(heads, OnlineSoftmax(dim));
  for (std::size_t at = 0; at <= position; at += P) {
    const KvPage page = pages_.get_page(static_cast<PageId>(slot_of(page_table, at, P) / P), layer);
    for (std::size_t place = 0; place < P && at + place <= position; ++place) {
      for (std::size_t h = 0; h < heads; ++h) {
        const auto q = query.subspan(h * dim, dim), k = page.key(h / group, place);
        const float score = scale * std::inner_product(q.begin(), q.end(), k.begin(), 0.0f);
        softmax[h].add(score, page.value(h / group, place));
      }
    }
  }
  std::vector<float> mixed;
  for (const OnlineSoftmax& head : softmax) std::ranges::copy(head.result(), std::back_inserter(mixed));
  return mixed;
}

}  // namespace radixlab
