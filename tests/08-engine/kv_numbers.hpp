/// \file
/// For chapter 08's suite: keys and values in a pool, and attention over them in double precision.
#pragma once
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

#include "08-engine/attention_executor.hpp"
#include "fake_device.hpp"
#include "storage/free_list.hpp"

namespace radixlab {

struct KvShape {
  std::size_t heads, kv_heads, head_dim, layers = 1;
};

/// The fake device with real keys and values.
class KvNumbers : public FakeDevice {
 public:
  KvNumbers(const KvShape& shape, std::size_t num_pages, std::size_t page_size)
      : FakeDevice(num_pages, page_size),
        shape_(shape),
        config_(FakeDevice::config()),
        query_(shape.heads * shape.head_dim) {
    config_.num_hidden_layers = shape.layers;
    config_.num_attention_heads = shape.heads;
    config_.num_key_value_heads = shape.kv_heads;
    config_.head_dim = shape.head_dim;
    fill();
  }

  std::size_t reads = 0;  ///< numbers that were read since the test set it

  const ModelConfig& config() const override { return config_; }
  float key(const KvPlace& at) override { return ++reads, keys_.at(index(at)); }
  float value(const KvPlace& at) override { return ++reads, values_.at(index(at)); }

  /// New numbers in all places.
  void fill() {
    std::uniform_real_distribution<float> number(-1, 1);
    keys_.resize(shape_.layers * num_pages() * page_size() * shape_.kv_heads * shape_.head_dim);
    values_.resize(keys_.size());
    for (std::vector<float>* const all : {&keys_, &values_, &query_})
      for (float& each : *all) each = number(random_);
  }
  void scale_keys(float factor) {
    for (float& each : keys_) each *= factor;
  }
  /// NaN in all places but those of positions 0 .. `position` in this layer.
  void only_up_to(std::size_t layer, const std::vector<PageId>& table, std::size_t position) {
    std::vector<float> keys(keys_.size(), std::numeric_limits<float>::quiet_NaN()), values = keys;
    for (std::size_t i = 0; i <= position; ++i)
      for (std::size_t head = 0; head < shape_.kv_heads; ++head)
        for (std::size_t d = 0; d < shape_.head_dim; ++d) {
          const std::size_t at = index({layer, table[i / page_size()], head, i % page_size(), d});
          keys[at] = keys_[at], values[at] = values_[at];
        }
    keys_ = keys, values_ = values;
  }
  /// By the executor.
  std::vector<float> attention(std::size_t layer, const std::vector<PageId>& table, std::size_t position) {
    PageManager pages(*this, {std::make_unique<NaiveCacheManager>(), std::make_shared<FreeList>(num_pages())});
    return AttentionExecutor(*this, pages).compute_attention_with_cached_kv(query_, layer, table, position);
  }
  void expect_attention(std::size_t layer, const std::vector<PageId>& table, std::size_t position,
                        const std::string& when) {
    const std::vector<float> found = attention(layer, table, position);
    ASSERT_EQ(found.size(), query_.size()) << "[num_attention_heads, head_dim]: " << when;
    for (std::size_t head = 0; head < shape_.heads; ++head) {
      const std::vector<double> wanted = in_two_passes(layer, table, position, head);
      for (std::size_t d = 0; d < wanted.size(); ++d)
        if (const float got = found[head * shape_.head_dim + d]; !(std::abs(got - wanted[d]) <= 2e-5))  // NaN, too
          FAIL() << "position " << position << ", head " << head << ", number " << d << ": " << when << " (layer "
                 << layer << "; expected " << static_cast<float>(wanted[d]) << ", got " << got << ")";
    }
  }

 private:
  std::size_t index(const KvPlace& at) const {
    if (at.place >= page_size() || at.kv_head >= shape_.kv_heads || at.d >= shape_.head_dim || at.page >= num_pages())
      throw std::out_of_range("the test's pool has no such place");
    return (((at.layer * num_pages() + at.page) * shape_.kv_heads + at.kv_head) * page_size() + at.place) *
               shape_.head_dim +
           at.d;
  }
  std::vector<double> in_two_passes(std::size_t layer, const std::vector<PageId>& table, std::size_t position,
                                    std::size_t head) const {
    const std::size_t dim = shape_.head_dim, kv_head = head * shape_.kv_heads / shape_.heads;
    std::vector<double> scores(position + 1), mixed(dim);
    for (std::size_t i = 0; i <= position; ++i)
      for (std::size_t d = 0; d < dim; ++d)
        scores[i] += double{query_[head * dim + d]} *
                     keys_[index({layer, table[i / page_size()], kv_head, i % page_size(), d})] /
                     std::sqrt(static_cast<double>(dim));
    const double largest = *std::ranges::max_element(scores);
    double sum = 0;
    for (std::size_t i = 0; i <= position; ++i) {
      const double weight = std::exp(scores[i] - largest);
      sum += weight;
      for (std::size_t d = 0; d < dim; ++d)
        mixed[d] += weight * values_[index({layer, table[i / page_size()], kv_head, i % page_size(), d})];
    }
    for (double& number : mixed) number /= sum;
    return mixed;
  }

  KvShape shape_;
  ModelConfig config_;
  std::mt19937 random_{8};
  std::vector<float> query_, keys_, values_;  // [heads, head_dim], [layers, pages, kv_heads, P, head_dim] twice
};

}  // namespace radixlab
