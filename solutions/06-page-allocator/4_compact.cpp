#include "06-page-allocator/page_allocator.hpp"
#include "06-page-allocator/paged_cache_manager.hpp"

namespace radixlab {

std::vector<PageMove> PageAllocator::compaction() const {
  const std::size_t active = slots_.size() - free_.free_count();
  std::vector<PageMove> moves;
  PageId to = 0;
  for (auto from = static_cast<PageId>(active); from < slots_.size(); ++from) {
    if (slots_[from].owner == PageOwner::nobody) continue;
    while (slots_[to].owner != PageOwner::nobody) ++to;
    moves.push_back({from, to++});
  }
  return moves;
}

std::size_t PagedCacheManager::compact(std::span<Request* const> running) {
  const std::vector<PageMove> moves = allocator_.compaction();
  std::vector<PageId> to(moves.size()), new_name(allocator_.max_pages());
  for (PageId page = 0; page < new_name.size(); ++page) new_name[page] = page;
  for (const PageMove& move : moves) new_name[move.from] = move.to;
  source_.take(to);  // the lowest free pages: just those that the plan moves to
  try {
    for (const PageMove& move : moves) kv_.copy_kv(move.from, move.to, page_size_);
    cache_.rename_pages(moves);
  } catch (...) {
    source_.give(to);
    throw;
  }
  for (Request* const r : running)
    for (PageId& page : r->pages) page = new_name[page];
  for (const PageMove& move : moves) source_.give(move.from);
  return moves.size();
}

}  // namespace radixlab
