/// \file
/// The pages of a piece of text. If they are neighbours, p p+1 p+2 ..., then the first one and their number say it all: 800 of
/// them take no memory beside a PageRun's 16 bytes. If they are not all neighbours, then they are a list. FreeRuns gives out
/// neighbours wherever it can.
#pragma once
#include <algorithm>

#include "contract/cache_manager.hpp"
#include "storage/neighbours.hpp"
#include "storage/run.hpp"

namespace radixlab {

/// If it has a buffer, then its pages are a list there, and copies share the buffer. If it has none, then they are neighbours,
/// and its offset is the first page. So a cut, which moves the offset, is right for both.
class PageRun : private Run<PageId> {
 public:
  PageRun() = default;
  /// If the pages are neighbours, then it never throws. If not, then it throws as Run does. O(pages).
  PageRun(std::span<const PageId> pages, Arena& arena) {
    if (count_neighbours(pages) < pages.size()) {
      Run::operator=(Run(pages, arena));
    } else if (!pages.empty()) {
      offset_ = pages.front();
      size_ = to_size(pages.size());
    }
  }

  PageRun first(std::size_t n) const { return PageRun(Run::first(n)); }            ///< REQUIRES: n <= size()
  PageRun subspan(std::size_t from) const { return PageRun(Run::subspan(from)); }  ///< REQUIRES: from <= size()

  using Run::empty;
  using Run::shrink_to_fit;
  using Run::size;
  PageId operator[](std::size_t i) const { return buffer_ ? Run::operator[](i) : offset_ + to_size(i); }

  /// Writes all of them to `out` [size() at least].
  void copy_to(std::span<PageId> out) const {
    if (buffer_)
      std::copy_n(view().data(), size_, out.data());
    else
      write_neighbours(offset_, out.first(size_));
  }

 private:
  explicit PageRun(Run&& part) : Run(std::move(part)) {}
};

}  // namespace radixlab
