/// \file
/// A piece of text that is cut in O(1): several Runs may look into one buffer, which nobody writes again.
///
///   buffer   7 7 3 1 9 9 4 2         first(3) and subspan(3) of one Run: no element is copied, and the buffer lives as
///            [ upper ][ lower ]      long as one of them does
#pragma once
#include <algorithm>
#include <cstdint>
#include <new>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "storage/arena.hpp"

namespace radixlab {

/// Speaks std::span's words. Copies share; 16 bytes each. The arena must outlive every Run on it, and all of them are one
/// thread's business.
template <class T>
class Run {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 8);

 public:
  Run() = default;

  /// The only copy of elements: once, when they come in. Throws std::length_error beyond 2^32 - 1 elements, std::bad_alloc.
  Run(std::span<const T> items, Arena& arena) {
    if (items.empty()) return;
    if (items.size() > UINT32_MAX) throw std::length_error("Run: longer than 2^32 - 1 elements");
    buffer_ = new (arena.take(sizeof(Buffer) + items.size_bytes())) Buffer{&arena, 1, to_size(items.size())};
    std::copy_n(items.data(), items.size(), buffer_->items());
    size_ = buffer_->size;
  }
  Run(const Run& other) noexcept : buffer_(other.buffer_), offset_(other.offset_), size_(other.size_) {
    if (buffer_) ++buffer_->runs;
  }
  Run(Run&& other) noexcept { swap(other); }
  Run& operator=(Run other) noexcept {
    swap(other);
    return *this;
  }
  ~Run() {
    if (buffer_ && --buffer_->runs == 0) buffer_->arena->give(buffer_);
  }

  Run first(std::size_t n) const { return part(0, n); }                     ///< REQUIRES: n <= size()
  Run subspan(std::size_t from) const { return part(from, size_ - from); }  ///< REQUIRES: from <= size()

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<const T> view() const { return {buffer_ ? buffer_->items() + offset_ : nullptr, size_}; }
  operator std::span<const T>() const { return view(); }
  const T& operator[](std::size_t i) const { return buffer_->items()[offset_ + i]; }

  /// When this is the last Run on a buffer and uses less than half of it, copies its part out so that the rest is
  /// freed: a short hot prefix must not keep the long text alive that once followed it. Never throws: without memory
  /// for the copy it stays as it is.
  void shrink_to_fit() noexcept try {
    if (buffer_ && buffer_->runs == 1 && size_ < buffer_->size / 2) *this = Run(view(), *buffer_->arena);
  } catch (const std::bad_alloc&) {
  }

 protected:
  struct Buffer {  // in front of its items
    Arena* arena;
    std::uint32_t runs, size;
    T* items() { return reinterpret_cast<T*>(this + 1); }
  };

  static std::uint32_t to_size(std::size_t n) { return static_cast<std::uint32_t>(n); }
  Run part(std::size_t from, std::size_t n) const {
    Run cut = *this;
    cut.offset_ += to_size(from);
    cut.size_ = to_size(n);
    return cut;
  }
  void swap(Run& other) noexcept {
    std::swap(buffer_, other.buffer_);
    std::swap(offset_, other.offset_);
    std::swap(size_, other.size_);
  }

  Buffer* buffer_ = nullptr;
  std::uint32_t offset_ = 0, size_ = 0;
};

}  // namespace radixlab
