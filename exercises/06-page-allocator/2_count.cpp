#include <stdexcept>
#include <string>

#include "06-page-allocator/page_allocator.hpp"
#include "contract/todo.hpp"

namespace radixlab {

void PageAllocator::increment_ref(PageId page) {
  todo("6.2", "The count of a page falls to 0. Whose page is it, and who would free it?", page);
}

void PageAllocator::decrement_ref(PageId page) { todo("6.2", "The hint stands above.", page); }

bool PageAllocator::can_evict(PageId page) const { todo("6.2", "The hint stands above.", page); }

void PageAllocator::give_to_cache(std::span<const PageId> pages) { todo("6.2", "The hint stands above.", pages); }

void PageAllocator::take_from_cache(std::span<const PageId> pages) { todo("6.2", "The hint stands above.", pages); }

}  // namespace radixlab
