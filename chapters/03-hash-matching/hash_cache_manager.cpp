// Given: the manager's parts that are not a task.
#include "03-hash-matching/hash_cache_manager.hpp"

#include <map>
#include <stdexcept>
#include <string>
#include <tuple>

#include "contract/arguments.hpp"

namespace radixlab {

HashCacheManager::HashCacheManager(std::size_t page_size, BlockHash hash) : page_size_(page_size), hash_(hash) {
  if (page_size == 0) throw std::invalid_argument("HashCacheManager: page_size is 0, expected at least 1 token");
}

CacheHandle HashCacheManager::handle(const Block* block) {
  return block ? CacheHandle{block->end, block->id, block->generation} : CacheHandle{};
}

Block& HashCacheManager::block(const CacheHandle& handle) const {
  Block& block = blocks_.at(handle.node, handle.generation);
  if (block.end != handle.cached_len)
    throw std::logic_error("I28: the handle names " + std::to_string(handle.cached_len) + " tokens, but block " +
                           std::to_string(handle.node) + " ends at " + std::to_string(block.end));
  return block;
}

void HashCacheManager::copy_pages(const CacheHandle& handle, std::span<PageId> out) const {
  check_copy_arguments(handle, out, page_size_);
  if (handle.cached_len == 0) return;
  std::size_t i = out.size();
  for (const Block* b = &block(handle); b; b = b->parent) out[--i] = b->page;
}

Block* HashCacheManager::resume(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  check_insert_arguments(key, pages, from, page_size_);
  order_.reserve(blocks_.size() + pages.size());  // each block may become an unlocked leaf
  if (from.cached_len == 0) return nullptr;
  Block& last = block(from);
  check_from_salt(key, last.cache_salt);
  return &last;
}

Block& HashCacheManager::add_block(Block* parent, std::span<const TokenId> tokens, std::uint32_t salt, PageId page) {
  table_.make_room();
  std::vector<TokenId> text(tokens.begin(), tokens.end());
  const std::uint64_t hash = hash_(parent ? parent->hash : 0, tokens, salt);
  Block& made = blocks_.make();  // the last step that can fail
  made.cache_salt = salt;
  made.hash = hash;
  made.end = (parent ? parent->end : 0) + page_size_;
  made.parent = parent;
  made.tokens = std::move(text);
  made.page = page;
  if (parent) ++parent->num_children;
  table_.put(made);
  return made;
}

void HashCacheManager::remove_block(Block& leaf) noexcept {
  if (leaf.parent) --leaf.parent->num_children;
  table_.erase(leaf);
  blocks_.drop(leaf);
}

void HashCacheManager::touch(Block* block) {
  for (Block* b = block; b; b = b->parent) b->use.last_used = now_;
  if (block) order_.update(*block);  // above a block stands no leaf: only this one can be in the order
}

std::vector<PageId> HashCacheManager::reset() {
  if (sizes_.protected_size > 0)
    throw std::logic_error("I37: reset while " + std::to_string(sizes_.protected_size) + " pages are locked");
  std::vector<PageId> all = evict(sizes_.evictable_size);
  now_ = 0;
  return all;
}

Snapshot HashCacheManager::snapshot() const {
  Snapshot shot{page_size_, true, sizes_, {}};
  std::map<const Block*, std::vector<const Block*>> children;  // by parent: nothing but parents is stored
  for (const Block* b : table_.all()) children[b->parent].push_back(b);
  for (auto& [parent, siblings] : children)
    std::ranges::sort(siblings, [](const Block* a, const Block* b) {  // the last is shown first: a stack
      return std::tie(a->cache_salt, a->tokens) > std::tie(b->cache_salt, b->tokens);
    });
  std::vector<const Block*> open = children[nullptr];
  while (!open.empty()) {
    const Block& b = *open.back();
    open.pop_back();
    shot.nodes.push_back(
        {b.id + 1, b.parent ? b.parent->id + 1 : 0, b.cache_salt, b.tokens, {b.page}, b.use, order_.contains(b)});
    const std::vector<const Block*>& below = children[&b];
    open.insert(open.end(), below.begin(), below.end());
  }
  return shot;
}

}  // namespace radixlab
