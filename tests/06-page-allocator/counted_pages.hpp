/// \file
/// For chapter 06's suite: what the allocator says of each page, in words, and beside what the tree says of it.
#pragma once
#include <gmock/gmock.h>
#include <numeric>
#include <ostream>
#include <string>

#include "06-page-allocator/paged_radix_cache.hpp"
#include "contract/snapshot.hpp"
#include "contract/todo.hpp"
#include "testing/expect_refused.hpp"
#include "testing/failure_story.hpp"

namespace radixlab {

using Text = std::vector<TokenId>;
using Pages = std::vector<PageId>;

inline std::string owner_in_words(PageOwner owner) {
  return owner == PageOwner::nobody ? "free" : owner == PageOwner::cache ? "the cache's" : "a request's";
}
inline std::string in_words(const PageSlot& slot) {
  return owner_in_words(slot.owner) + ", ref_count " + std::to_string(slot.ref_count) + ", access_count " +
         std::to_string(slot.access_count) + ", last_access " + std::to_string(slot.last_access);
}
inline void PrintTo(const PageSlot& slot, std::ostream* out) { *out << in_words(slot); }
inline void PrintTo(const AllocatorStats& stats, std::ostream* out) {
  *out << stats.active_pages << " active, " << stats.free_pages << " free, " << stats.shared_pages << " shared of "
       << stats.max_pages << " pages";
}

inline void PrintTo(const Snapshot& snapshot, std::ostream* out) {
  for (const NodeView& node : snapshot.nodes) {
    *out << "{node " << node.id << " below " << node.parent << ": tokens";
    for (const TokenId token : node.tokens) *out << ' ' << token;
    *out << ", pages";
    for (const PageId page : node.pages) *out << ' ' << page;
    *out << ", " << node.use.ref_count << " locks, last used " << node.use.last_used << ", " << node.use.hits
         << " hits} ";
  }
  *out << snapshot.claimed.evictable_size << " pages evictable, " << snapshot.claimed.protected_size << " locked";
}

/// All that an allocator says.
struct AllPages {
  explicit AllPages(const PageAllocator& allocator) : stats(allocator.get_stats()), free(allocator.free_count()) {
    for (PageId page = 0; page < allocator.max_pages(); ++page) slots.push_back(allocator.slot(page));
  }
  std::vector<PageSlot> slots;
  AllocatorStats stats;
  std::size_t free;
};

inline void expect_same(const AllPages& before, const PageAllocator& allocator, const std::string& why) {
  const AllPages now(allocator);
  for (PageId page = 0; page < now.slots.size(); ++page)
    if (now.slots[page] != before.slots[page])
      ADD_FAILURE() << "page " << page << " was {" << in_words(before.slots[page]) << "}, and is {"
                    << in_words(now.slots[page]) << "} now: " << why;
  if (now.free != before.free || !(now.stats == before.stats))
    ADD_FAILURE() << before.free << " pages were free and " << before.stats.shared_pages << " shared, now " << now.free
                  << " and " << now.stats.shared_pages << ": " << why;
}

/// Owner and count of one page.
inline void expect_page(const PageAllocator& allocator, PageId page, PageOwner owner, std::uint32_t ref_count,
                        const std::string& why) {
  const PageSlot& found = allocator.slot(page);
  if (found.owner == owner && found.ref_count == ref_count) return;
  ADD_FAILURE() << "page " << page << ": expected " << owner_in_words(owner) << " with ref_count " << ref_count
                << ", found " << owner_in_words(found.owner) << " with ref_count " << found.ref_count << ": " << why;
}

inline void expect_shared(const PageAllocator& allocator, std::size_t pages, const std::string& why) {
  EXPECT_EQ(allocator.get_stats().shared_pages, pages)
      << "get_stats: expected " << pages << " shared pages, those with a ref_count of 2 or more: " << why;
}

/// I16: each page of the tree is the cache's, and is needed by as many as its node is; the cache has no other page.
inline void expect_counts_fit(const PagedRadixCache& cache, const std::string& when) {
  const PageAllocator& allocator = cache.allocator();
  std::size_t in_tree = 0, caches = 0, shared = 0;
  for (const NodeView& node : cache.snapshot().nodes)
    for (const PageId page : node.pages) {
      ++in_tree;
      const PageSlot& slot = allocator.slot(page);
      if (slot.owner != PageOwner::cache || slot.ref_count != node.use.ref_count)
        ADD_FAILURE() << "I16: node " << node.id << " has " << node.use.ref_count << " locks, and its page " << page
                      << " is " << owner_in_words(slot.owner) << " with ref_count " << slot.ref_count
                      << ", expected the cache's with the ref_count of its node: " << when;
    }
  for (PageId page = 0; page < allocator.max_pages(); ++page) {
    caches += allocator.slot(page).owner == PageOwner::cache;
    shared += allocator.slot(page).ref_count > 1;
  }
  if (caches != in_tree)
    ADD_FAILURE() << "I3: " << caches << " pages have the cache as owner, and " << in_tree
                  << " are in the tree: " << when;
  expect_shared(allocator, shared, when);
}

/// As many pages of the allocator as `tokens` need.
inline Pages take_pages(PageAllocator& allocator, std::size_t pages) {
  Pages taken(pages);
  allocator.take(taken);
  return taken;
}

}  // namespace radixlab
