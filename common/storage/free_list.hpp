/// \file
/// The simplest owner of the free pages: a stack, and a bit a page.
#pragma once
#include <vector>

#include "contract/page_source.hpp"

namespace radixlab {

/// Every call O(1), none allocates. The page given back last is taken first, so that its memory is still warm.
class FreeList : public PageSource {
 public:
  explicit FreeList(std::size_t num_pages);  ///< pages 0 .. num_pages-1, all free; taken in that order at first

  std::optional<PageId> take() override;
  void give(PageId page) override;
  std::size_t free_count() const override { return free_.size(); }

 private:
  std::vector<bool> out_;     // [pages] taken and not yet given back
  std::vector<PageId> free_;  // a stack
};

}  // namespace radixlab
