#include <algorithm>

#include "02-longest-common-prefix/lcp_cache_manager.hpp"
#include "contract/arguments.hpp"

namespace radixlab {

InsertResult LcpCacheManager::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  check_insert_arguments(key, pages, from, page_size_);
  if (from.cached_len > 0) check_from_salt(key, at(from).cache_salt);
  const PrefixKey whole(key.tokens.first(key.tokens.size() / page_size_ * page_size_), key.cache_salt);
  if (whole.tokens.empty()) return {};

  const Found known = find(whole);
  Entry* entry = known.entry;
  if (known.len < whole.tokens.size()) entry = &store(whole, pages.first(whole.tokens.size() / page_size_), known);
  ++now_;  // from here on nothing fails
  if (known.entry) touch(*known.entry);
  if (entry != known.entry) {
    entry->use.created = entry->use.last_used = now_;
    order_.insert(*entry);
  }
  return {known.len, handle(*entry, whole.tokens.size())};
}

LcpCacheManager::Entry& LcpCacheManager::store(PrefixKey key, std::span<const PageId> pages, const Found& known) {
  std::vector<PageId> named(pages.begin(), pages.end());
  if (known.entry) std::ranges::copy(std::span(known.entry->pages).first(known.len / page_size_), named.begin());
  uses_.resize(std::max(uses_.size(), std::size_t{std::ranges::max(named)} + 1));
  order_.reserve(entries_.size() + 1);  // unlocking must not fail
  entries_.make_room();
  Shelf& shelf = shelves_[key.cache_salt];
  shelf.entries.resize(std::max(shelf.entries.size(), shelf.texts.size() + 1));
  shelf.texts.emplace_back(key.tokens.begin(), key.tokens.end());  // the last that can fail: so far nothing shows

  Entry& entry = entries_.make();
  entry.cache_salt = key.cache_salt;
  entry.index = shelf.texts.size() - 1;
  entry.pages = std::move(named);
  shelf.entries[entry.index] = &entry;
  for (const PageId page : entry.pages) sizes_.evictable_size += uses_[page].owners++ == 0;
  longest_ = std::max(longest_, entry.pages.size());
  return entry;
}

}  // namespace radixlab
