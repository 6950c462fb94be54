// Given: the manager's parts that are not a task.
#include "02-longest-common-prefix/lcp_cache_manager.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace radixlab {

LcpCacheManager::LcpCacheManager(std::size_t page_size, MatchLen match_len)
    : page_size_(page_size), detector_(match_len), order_(NothingAloneThenOldest{&uses_}) {
  if (page_size == 0) throw std::invalid_argument("LcpCacheManager: page_size is 0, expected at least 1 token");
}

LcpCacheManager::Entry& LcpCacheManager::at(const CacheHandle& handle) const {
  Entry& entry = entries_.at(handle.node, handle.generation);
  if (handle.cached_len % page_size_ != 0 || handle.cached_len / page_size_ > entry.pages.size())
    throw std::logic_error("I28: the handle names " + std::to_string(handle.cached_len) + " tokens of an entry of " +
                           std::to_string(entry.pages.size()) + " pages of " + std::to_string(page_size_));
  return entry;
}

void LcpCacheManager::touch(Entry& entry) {
  entry.use.last_used = now_;
  order_.update(entry);
}

std::vector<PageId> LcpCacheManager::reset() {
  if (sizes_.protected_size > 0)
    throw std::logic_error("I37: reset while " + std::to_string(sizes_.protected_size) + " pages are locked");
  std::vector<PageId> all = evict(sizes_.evictable_size);
  now_ = 0;
  return all;
}

Snapshot LcpCacheManager::snapshot() const {
  Snapshot shot{page_size_, false, sizes_, {}};
  for (const auto& [salt, shelf] : shelves_) list_pages(shelf, shot);
  return shot;
}

// In the order of their texts, an entry shares most with the one before it: what both name is one node, which both use.
void LcpCacheManager::list_pages(const Shelf& shelf, Snapshot& shot) const {
  std::vector<std::size_t> sorted(shelf.texts.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = i;
  std::ranges::sort(
      sorted, {}, [&](std::size_t i) -> const auto& { return shelf.texts[i]; });
  std::vector<std::size_t> path;  // where the nodes of the entry before stand
  for (const std::size_t i : sorted) {
    const Entry& entry = *shelf.entries[i];
    std::size_t shared = 0;
    while (shared < std::min(path.size(), entry.pages.size()) &&
           shot.nodes[path[shared]].pages.front() == entry.pages[shared])
      ++shared;
    path.resize(shared);
    for (const std::size_t node : path) {
      Usage& use = shot.nodes[node].use;
      use.ref_count += entry.use.ref_count;
      use.created = std::min(use.created, entry.use.created);
      use.last_used = std::max(use.last_used, entry.use.last_used);
      use.hits += entry.use.hits;
    }
    for (; path.size() < entry.pages.size(); path.push_back(shot.nodes.size() - 1)) {
      const std::size_t page = path.size();
      const auto tokens = std::span(shelf.texts[i]).subspan(page * page_size_, page_size_);
      shot.nodes.push_back({entry.pages[page] + 1,
                            path.empty() ? 0 : shot.nodes[path.back()].id,
                            entry.cache_salt,
                            {tokens.begin(), tokens.end()},
                            {entry.pages[page]},
                            entry.use});
    }
  }
}

}  // namespace radixlab
