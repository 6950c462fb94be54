#include "03-hash-matching/hash_cache_manager.hpp"

namespace radixlab {

Block* HashCacheManager::walk(PrefixKey key, Block* from) const {
  Block* end = from;
  for (std::size_t at = end ? end->end : 0; at + page_size_ <= key.tokens.size(); at += page_size_) {
    Block* const next = find_block(end, key.tokens.subspan(at, page_size_), key.cache_salt);
    if (!next) break;
    end = next;
  }
  return end;
}

CacheHandle HashCacheManager::match_prefix(PrefixKey key) {
  Block* const found = walk(key, nullptr);
  ++now_;
  touch(found);
  for (Block* b = found; b; b = b->parent) ++b->use.hits;
  return handle(found);
}

InsertResult HashCacheManager::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  Block* const known = walk(key, resume(key, pages, from));
  const std::size_t cached = known ? known->end : 0;
  Block* end = known;
  try {
    for (std::size_t at = cached; at + page_size_ <= key.tokens.size(); at += page_size_)
      end = &add_block(end, key.tokens.subspan(at, page_size_), key.cache_salt, pages[at / page_size_]);
  } catch (...) {  // without memory for all of it, none of it
    while (end != known) {
      Block& last = *end;
      end = last.parent;
      remove_block(last);
    }
    throw;
  }
  ++now_;  // from here on nothing fails
  touch(end);
  if (end == known) return {cached, handle(end)};
  for (Block* b = end; b != known; b = b->parent) b->use.created = now_, ++sizes_.evictable_size;
  if (known) order_.erase(*known);  // no leaf any more
  order_.insert(*end);
  return {cached, handle(end)};
}

}  // namespace radixlab
