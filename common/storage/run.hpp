/// \file
/// A piece of text or of memory that is cut in O(1): several Runs may look into one buffer, which nobody writes again.
///
///   buffer   7 7 3 1 9 9 4 2         first(3) and subspan(3) of one Run: no element is copied, and the buffer lives as
///            [ upper ][ lower ]      long as one of them does
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>

namespace radixlab {

/// Speaks std::span's words. Copies share; 32 bytes each.
template <class T>
class Run {
 public:
  Run() = default;

  /// The only copy of elements: once, when they come in. Throws std::length_error beyond 2^32 - 1 elements.
  explicit Run(std::span<const T> items) {
    if (items.size() > UINT32_MAX) throw std::length_error("Run: longer than 2^32 - 1 elements");
    buffer_ = std::make_shared_for_overwrite<T[]>(items.size());
    std::copy(items.begin(), items.end(), buffer_.get());
    size_ = buffer_size_ = static_cast<std::uint32_t>(items.size());
  }

  Run first(std::size_t n) const { return part(0, n); }                     ///< REQUIRES: n <= size()
  Run subspan(std::size_t from) const { return part(from, size_ - from); }  ///< REQUIRES: from <= size()

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<const T> view() const { return {buffer_.get() + offset_, size_}; }
  operator std::span<const T>() const { return view(); }
  const T& operator[](std::size_t i) const { return buffer_[static_cast<std::ptrdiff_t>(offset_ + i)]; }

  /// When this is the last Run on a buffer and uses less than half of it, copies its part out so that the rest is
  /// freed: a short hot prefix must not keep the long text alive that once followed it. Never throws: without memory
  /// for the copy it stays as it is.
  void shrink_to_fit() noexcept try {
    if (buffer_.use_count() == 1 && size_ < buffer_size_ / 2) *this = Run(view());
  } catch (const std::bad_alloc&) {
  }

 private:
  Run part(std::size_t from, std::size_t n) const {
    Run cut = *this;
    cut.offset_ += static_cast<std::uint32_t>(from);
    cut.size_ = static_cast<std::uint32_t>(n);
    return cut;
  }

  std::shared_ptr<T[]> buffer_;
  std::uint32_t offset_ = 0, size_ = 0;
  std::uint32_t buffer_size_ = 0;
};

}  // namespace radixlab
