/// \file
/// Who owns the free pages: a free list (chapter 01), SlotAllocator whose pages are rows (04), PageAllocator with
/// counts (06). Managers never free: they say what is free now (evict, reset), and whoever called them gives it back
/// here.
#pragma once
#include <optional>

#include "contract/cache_manager.hpp"

namespace radixlab {

class PageSource {
 public:
  virtual ~PageSource() = default;
  /// A page that nobody else has, or nothing if none is free.
  virtual std::optional<PageId> take() = 0;
  /// Takes a page back. Throws std::logic_error (I30), with nothing changed, on a page that is not out.
  virtual void give(PageId page) = 0;
  virtual std::size_t free_count() const = 0;  ///< [pages]
};

}  // namespace radixlab
