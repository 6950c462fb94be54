#include "storage/free_list.hpp"

#include <string>

namespace radixlab {

FreeList::FreeList(std::size_t num_pages) : out_(num_pages) {
  free_.reserve(num_pages);
  while (num_pages > 0) free_.push_back(static_cast<PageId>(--num_pages));
}

std::optional<PageId> FreeList::take() {
  if (free_.empty()) return {};
  const PageId page = free_.back();
  free_.pop_back();
  out_[page] = true;
  return page;
}

void FreeList::give(PageId page) {
  if (page >= out_.size())
    throw std::logic_error("I30: page " + std::to_string(page) + " is foreign, expected one of 0 .. " +
                           std::to_string(out_.size()) + " - 1");
  if (!out_[page]) throw std::logic_error("I30: page " + std::to_string(page) + " is freed twice");
  out_[page] = false;
  free_.push_back(page);
}

}  // namespace radixlab
