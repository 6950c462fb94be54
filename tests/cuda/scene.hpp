// A batch over pages, as the CPU's kernels and as the device's have it.
#pragma once
#include <algorithm>
#include <numeric>
#include <random>

#include "exact_fixture.hpp"

namespace radixlab {

struct Heads {
  std::size_t heads, kv_heads, head_dim;
};

/// Rows at the positions start .. start + rows - 1 of a sequence.
struct Chunk {
  std::size_t rows, start;
};

/// The rows of a call in device memory. No sequence's length is 0 but padding's.
class RowsOnDevice {
 public:
  RowsOnDevice(const std::vector<int>& sequence, const std::vector<int>& length)
      : sequence_("rows.sequence", sequence), length_("rows.length", length) {}
  exact::Rows view() const { return {sequence_.data(), length_.data(), static_cast<int>(length_.size())}; }

 private:
  DeviceArray<int> sequence_, length_;
};

/// One layer of pages, which lie in random order, for a batch. Places that nobody wrote hold NaN.
template <class T>
class Scene {
 public:
  Scene(const std::vector<Chunk>& chunks, const Heads& shape, std::size_t page_size)
      : heads(shape), chunks_(chunks), page_size_(page_size) {
    for (const Chunk& c : chunks) {
      for (std::size_t r = 0; r < c.rows; ++r) {
        sequence.push_back(static_cast<int>(&c - chunks.data()));
        length.push_back(static_cast<int>(c.start + r + 1));
      }
      max_pages_ = std::max(max_pages_, num_pages(c));
      num_pages_ += num_pages(c);
    }
    make_table();
    const std::size_t stride = KvLayer<T>::elements_per_page(heads.kv_heads, heads.head_dim, page_size);
    buffer_ = HugeBuffer<T>(num_pages_ * stride);
    std::ranges::copy(narrow<T>(std::vector<float>(buffer_.size(), kNaN)), buffer_.data());
    layer = {buffer_.data(), stride, heads.kv_heads, heads.head_dim, page_size};
  }

  /// The chunks, for the CPU.
  std::vector<SequenceRows> batch() const {
    return sequences([](const Chunk& c) { return c; });
  }
  /// The same sequences from position 0 on.
  std::vector<SequenceRows> whole() const {
    return sequences([](const Chunk& c) { return Chunk{c.start + c.rows, 0}; });
  }

  /// The CPU's pages as they lie on the device: [page][K or V][kv_head][place][d], and some NaN between two pages.
  std::vector<T> pages_for_device() const {
    std::vector<T> all = narrow<T>(std::vector<float>(num_pages_ * device_stride(), kNaN));
    for (std::size_t page = 0; page < num_pages_; ++page) {
      T* to = all.data() + page * device_stride();
      for (const bool keys : {true, false}) {
        for (std::size_t i = 0; i < heads.kv_heads * page_size_ * heads.head_dim; ++i) {
          const std::size_t d = i % heads.head_dim, place = i / heads.head_dim % page_size_;
          const std::size_t head = i / heads.head_dim / page_size_;
          *to++ = layer.page(page)[keys ? layer.key_index(head, d, place) : layer.value_index(head, place, d)];
        }
      }
    }
    return all;
  }
  std::vector<std::uint32_t> table() const { return table_; }
  exact::Pages<T> pages(T* base, const std::uint32_t* table) const {
    return {.base = base,
            .page_stride = device_stride(),
            .kv_heads = static_cast<int>(heads.kv_heads),
            .page_size = static_cast<int>(page_size_),
            .head_dim = static_cast<int>(heads.head_dim),
            .table = table,
            .max_pages = static_cast<int>(max_pages_)};
  }

  static std::size_t count(const std::vector<SequenceRows>& sequences) {
    std::size_t rows = 0;
    for (const SequenceRows& s : sequences) rows += s.rows;
    return rows;
  }

  const Heads heads;
  std::vector<int> sequence, length;  // of each row
  KvLayer<T> layer;

 private:
  std::size_t num_pages(const Chunk& c) const { return (c.start + c.rows + page_size_ - 1) / page_size_; }

  void make_table() {
    std::vector<std::uint32_t> pages(num_pages_);
    std::iota(pages.begin(), pages.end(), 0u);
    std::ranges::shuffle(pages, std::mt19937(5));
    for (const Chunk& c : chunks_) {
      table_.insert(table_.end(), pages.end() - static_cast<std::ptrdiff_t>(num_pages(c)), pages.end());
      pages.resize(pages.size() - num_pages(c));
      table_.resize(table_.size() + max_pages_ - num_pages(c), std::uint32_t{0xffffffff});  // no page
    }
  }

  template <class Part>
  std::vector<SequenceRows> sequences(const Part& part) const {
    std::vector<SequenceRows> result;
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      const Chunk c = part(chunks_[i]);
      result.push_back({c.rows, c.start, std::span(table_).subspan(i * max_pages_, max_pages_)});
    }
    return result;
  }
  std::size_t device_stride() const { return 2 * heads.kv_heads * page_size_ * heads.head_dim + 8; }

  std::vector<Chunk> chunks_;
  std::size_t page_size_, max_pages_ = 0, num_pages_ = 0;
  std::vector<std::uint32_t> table_;  // [sequences, max_pages]
  HugeBuffer<T> buffer_;
};

}  // namespace radixlab
