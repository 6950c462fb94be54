/// \file
/// Memory for weights and the KV pool: with 2 MiB pages the address translation stops being what limits reading.
#pragma once
#include <cstddef>
#include <limits>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace radixlab {

/// Zeroed memory on a 2 MiB boundary; the system is asked for huge pages and may say no without harm. Nothing is
/// touched before its first use. Throws std::bad_alloc. Give it back with the same number of bytes.
void* map_huge_pages(std::size_t bytes);
void unmap_huge_pages(void* memory, std::size_t bytes) noexcept;

/// An array of plain values in such memory. Every element is zero at first. Moves, never copies.
template <typename T>
class HugeBuffer {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  HugeBuffer() = default;
  explicit HugeBuffer(std::size_t size) : size_(size) {
    if (size > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    data_ = static_cast<T*>(map_huge_pages(size * sizeof(T)));
  }
  ~HugeBuffer() { unmap_huge_pages(data_, size_ * sizeof(T)); }
  HugeBuffer(HugeBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  HugeBuffer& operator=(HugeBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }  ///< elements
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  std::span<T> span() { return {data_, size_}; }
  std::span<const T> span() const { return {data_, size_}; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace radixlab
