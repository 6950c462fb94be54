#include <stdexcept>
#include <string>

#include "06-page-allocator/page_allocator.hpp"

namespace radixlab {

void PageAllocator::increment_ref(PageId page) {
  PageSlot& known = active_slot(page);
  known.last_access = ++now_;
  ++known.access_count;
  if (++known.ref_count == 2) ++shared_;
}

void PageAllocator::decrement_ref(PageId page) {
  PageSlot& known = active_slot(page);
  if (known.ref_count == 0)
    throw std::logic_error("I18: page " + std::to_string(page) + " is counted down, but nobody needs it");
  if (known.ref_count == 1 && known.owner == PageOwner::request)
    throw std::logic_error("I30: page " + std::to_string(page) + " would be lost: who needs it last deallocates it");
  if (--known.ref_count == 1) --shared_;
}

bool PageAllocator::can_evict(PageId page) const {
  return slot(page).owner == PageOwner::cache && slot(page).ref_count == 0;
}

void PageAllocator::give_to_cache(std::span<const PageId> pages) {
  check_alone(pages);
  for (const PageId page : pages) {
    slots_[page].owner = PageOwner::cache;
    slots_[page].ref_count = 0;  // the writer's; each lock counts for itself
  }
}

void PageAllocator::take_from_cache(std::span<const PageId> pages) {
  for (const PageId page : pages)
    if (!can_evict(page)) throw std::logic_error("I19: page " + std::to_string(page) + " may not be evicted");
  for (const PageId page : pages) {
    slots_[page].owner = PageOwner::request;
    slots_[page].ref_count = 1;
  }
}

}  // namespace radixlab
