#include <stdexcept>
#include <string>

#include "06-page-allocator/page_allocator.hpp"

namespace radixlab {

std::optional<PageId> PageAllocator::allocate(std::uint32_t ref_count) {
  if (ref_count == 0)
    throw std::invalid_argument("allocate: a page that nobody needs, expected a ref_count of 1 or more");
  const std::optional<PageId> page = free_.take();
  if (!page) return {};
  slots_[*page] = fresh_slot(ref_count);
  shared_ += ref_count > 1;
  return page;
}

void PageAllocator::deallocate(PageId page) {
  const PageSlot& known = slot(page);
  if (known.owner == PageOwner::cache)
    throw std::logic_error("I30: page " + std::to_string(page) + " is the cache's, which evicts it first");
  if (known.ref_count > 1)
    throw std::logic_error("I30: page " + std::to_string(page) + " is needed by " + std::to_string(known.ref_count) +
                           " requests, expected one");
  free_.give(page);  // refuses a page that is free already
  slots_[page] = {};
}

}  // namespace radixlab
