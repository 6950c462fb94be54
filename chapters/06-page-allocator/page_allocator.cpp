// Given: what the allocator needs besides its three tasks.
#include "06-page-allocator/page_allocator.hpp"

#include <algorithm>
#include <string>

namespace radixlab {
namespace {

// One request has the page for itself.
bool is_alone(const PageSlot& slot) { return slot.owner == PageOwner::request && slot.ref_count == 1; }

// No page stands twice among those that move, nor among the places where they go.
void check_names(std::span<const PageMove> moves) {
  for (PageId PageMove::*const name : {&PageMove::from, &PageMove::to}) {
    std::vector<PageId> pages;
    for (const PageMove& move : moves) pages.push_back(move.*name);
    std::ranges::sort(pages);
    if (const auto twice = std::ranges::adjacent_find(pages); twice != pages.end())
      throw std::logic_error("I31: " + (name == &PageMove::from ? "page " + std::to_string(*twice) + " moves twice"
                                                                : "two pages move to page " + std::to_string(*twice)));
  }
}

}  // namespace

PageAllocator::PageAllocator(std::size_t max_pages, int layer_idx)
    : free_(max_pages), slots_(max_pages), layer_idx_(layer_idx) {
  if (layer_idx < kAllLayers)
    throw std::invalid_argument("PageAllocator: layer_idx is " + std::to_string(layer_idx) +
                                ", expected a layer's number from 0, or kAllLayers");
}

void PageAllocator::take(std::span<PageId> out) {
  free_.take(out);
  for (const PageId page : out) slots_[page] = fresh_slot(1);
}

void PageAllocator::give(PageId page) {
  const PageSlot& known = slot(page);
  if (known.owner == PageOwner::request && known.ref_count > 1)
    decrement_ref(page);
  else
    deallocate(page);
}

void PageAllocator::give(std::span<const PageId> pages) {
  const auto has_one_owner = [&](PageId page) { return page < slots_.size() && is_alone(slots_[page]); };
  if (!std::ranges::all_of(pages, has_one_owner)) return PageSource::give(pages);
  free_.give(pages);
  for (const PageId page : pages) slots_[page] = {};
}

void PageAllocator::rename(std::span<const PageMove> moves, const std::function<void()>& rename_others) {
  check_names(moves);
  std::vector<PageSlot> moved;
  for (const PageMove& move : moves) moved.push_back(active_slot(move.from));
  const PageSlot the_movers{now_, 1, 1, PageOwner::request};
  for (const PageMove& move : moves) slots_[move.from] = the_movers;
  try {
    for (const PageMove& move : moves)
      if (const PageSlot& under = slot(move.to); !is_alone(under))
        throw std::logic_error("I31: page " + std::to_string(move.to) + " would be written over, but it is " +
                               (under.owner == PageOwner::nobody ? "free" : "in use"));
    rename_others();
  } catch (...) {
    for (std::size_t i = 0; i < moves.size(); ++i) slots_[moves[i].from] = moved[i];
    throw;
  }
  for (std::size_t i = 0; i < moves.size(); ++i) slots_[moves[i].to] = moved[i];
}

void PageAllocator::check_alone(std::span<const PageId> pages) const {
  for (const PageId page : pages)
    if (!is_alone(slot(page)))
      throw std::logic_error("I3: page " + std::to_string(page) + " is not its writer's alone, so it is not published");
}

void PageAllocator::refuse_foreign(PageId page) const {
  throw std::logic_error("I30: page " + std::to_string(page) + " is foreign, expected one of 0 .. " +
                         std::to_string(slots_.size()) + " - 1");
}

void PageAllocator::refuse_free(PageId page) {
  throw std::logic_error("I30: page " + std::to_string(page) + " is free: nobody can need it or move it");
}

AllocatorStats PageAllocator::get_stats() const {
  return {slots_.size() - free_.free_count(), free_.free_count(), shared_, slots_.size()};
}

}  // namespace radixlab
