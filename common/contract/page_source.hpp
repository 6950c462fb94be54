/// \file
/// Who owns the free pages: FreeList (chapter 01), SlotAllocator whose pages are rows (04), FreeRuns, which gives out
/// neighbours (05), PageAllocator with counts (06). Managers never free: they say what is free now (evict, reset), and
/// whoever called them gives it back here.
#pragma once
#include <optional>
#include <span>
#include <stdexcept>

#include "contract/cache_manager.hpp"

namespace radixlab {

class PageSource {
 public:
  virtual ~PageSource() = default;
  /// A page that nobody else has, or nothing if none is free.
  virtual std::optional<PageId> take() = 0;
  /// Fills `out` with such pages. Throws std::logic_error (I30), with nothing changed, if fewer are free.
  virtual void take(std::span<PageId> out) {
    if (out.size() > free_count()) throw std::logic_error("I30: more pages are asked for than are free");
    for (PageId& page : out) page = *take();
  }
  /// Takes a page back. Throws std::logic_error (I30), with nothing changed, on a page that is not out.
  virtual void give(PageId page) = 0;
  /// The same of many. Here one after the other: those in front of a wrong one are given back.
  virtual void give(std::span<const PageId> pages) {
    for (const PageId page : pages) give(page);
  }
  virtual std::size_t free_count() const = 0;  ///< [pages]
};

}  // namespace radixlab
