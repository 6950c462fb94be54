// Given: the row's parts that are not a task.
#include "04-slots/slot_cache_manager.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "contract/arguments.hpp"

namespace radixlab {
namespace {

std::size_t checked(std::size_t rows, std::size_t max_len) {
  if (max_len == 0) throw std::invalid_argument("SlotCacheManager: max_len is 0, expected at least 1 token");
  if (rows > INT32_MAX || rows > SIZE_MAX / max_len)
    throw std::invalid_argument("SlotCacheManager: " + std::to_string(rows) + " rows of " + std::to_string(max_len) +
                                " tokens are more than can be numbered");
  return rows;
}

}  // namespace

SlotCacheManager::SlotCacheManager(std::size_t rows, std::size_t max_len)
    : max_len_(max_len),
      rows_(checked(rows, max_len)),
      trie_(rows * max_len, [this](std::int32_t row) { return rows_[static_cast<std::size_t>(row)].generation; }) {
  for (std::uint32_t id = 0; Row & row : rows_) row.id = id++;
  order_.reserve(rows);
}

CacheHandle SlotCacheManager::match_prefix(PrefixKey key) {
  const PrefixHit hit = trie_.find(key);
  ++now_;
  if (hit.prefix_len == 0) return {};
  Row& row = rows_[static_cast<std::size_t>(hit.slot)];
  touch(row);
  ++row.use.hits;
  return handle(row, hit.prefix_len);
}

const SlotCacheManager::Row& SlotCacheManager::at(const CacheHandle& handle) const {
  if (handle.node >= rows_.size() || rows_[handle.node].generation != handle.generation ||
      rows_[handle.node].len < handle.cached_len)
    throw std::logic_error("I28: the handle names " + std::to_string(handle.cached_len) + " tokens of row " +
                           std::to_string(handle.node) + " in generation " + std::to_string(handle.generation) +
                           ", which is gone");
  return rows_[handle.node];
}

void SlotCacheManager::copy_pages(const CacheHandle& handle, std::span<PageId> out) const {
  check_copy_arguments(handle, out, max_len_);
  if (handle.cached_len > 0) out[0] = at(handle).id;
}

CacheHandle SlotCacheManager::whole_pages(const CacheHandle& handle) const {
  if (handle.cached_len == 0) return {};
  at(handle);  // refuses what is gone
  return handle.cached_len == max_len_ ? handle : CacheHandle{};
}

void SlotCacheManager::lock_handle(const CacheHandle& handle) {
  if (handle.cached_len == 0) return;
  Row& row = at(handle);
  if (row.use.ref_count++ > 0) return;
  --sizes_.evictable_size;
  ++sizes_.protected_size;
  order_.erase(row);
}

void SlotCacheManager::unlock_handle(const CacheHandle& handle) {
  if (handle.cached_len == 0) return;
  Row& row = at(handle);
  if (row.use.ref_count == 0)
    throw std::logic_error("I18: row " + std::to_string(row.id) + " is unlocked, but has no lock");
  if (--row.use.ref_count > 0) return;
  --sizes_.protected_size;
  ++sizes_.evictable_size;
  order_.insert(row);
}

PrefixKey SlotCacheManager::check_insert(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) const {
  check_insert_arguments(key, pages, from, max_len_);
  if (from.cached_len > 0) check_from_salt(key, at(from).cache_salt);
  const PrefixKey kept(key.tokens.first(std::min(key.tokens.size(), max_len_)), key.cache_salt);
  if (pages.empty()) return kept;
  if (pages[0] >= rows_.size())
    throw std::invalid_argument("insert_prefix: row " + std::to_string(pages[0]) + " of " +
                                std::to_string(rows_.size()));
  const Row& own = rows_[pages[0]];
  const std::vector<TokenId> held =
      own.len > 0 ? trie_.text_of(static_cast<std::int32_t>(own.id)) : std::vector<TokenId>{};
  const auto [theirs, ours] = std::ranges::mismatch(held, kept.tokens);
  if (own.len > 0 && (own.cache_salt != key.cache_salt || (theirs != held.end() && ours != kept.tokens.end())))
    throw std::logic_error("I3: row " + std::to_string(own.id) + " holds another text");
  return kept;
}

void SlotCacheManager::hold(Row& row, PrefixKey key) {
  const auto slot = static_cast<std::int32_t>(row.id);
  trie_.insert(key, slot, row.generation);  // all that can fail
  trie_.release(key);                       // rows are locked here, not in the trie
  if (row.len == 0) {
    row.use = {.created = now_ + 1};
    ++sizes_.evictable_size;
    order_.insert(row);
  }
  row.len = key.tokens.size();
  row.cache_salt = key.cache_salt;
}

void SlotCacheManager::touch(Row& row) {
  row.use.last_used = now_;
  order_.update(row);
}

std::vector<PageId> SlotCacheManager::reset() {
  if (sizes_.protected_size > 0)
    throw std::logic_error("I37: reset while " + std::to_string(sizes_.protected_size) + " rows are locked");
  std::vector<PageId> all = evict(sizes_.evictable_size);
  trie_.clear();
  now_ = 0;
  return all;
}

Snapshot SlotCacheManager::snapshot() const {
  Snapshot shot{max_len_, false, sizes_, {}};
  for (const Row& row : rows_)
    if (row.len > 0)
      shot.nodes.push_back({row.id + 1,
                            0,
                            row.cache_salt,
                            trie_.text_of(static_cast<std::int32_t>(row.id)),
                            {row.id},
                            row.use,
                            order_.contains(row)});
  return shot;
}

}  // namespace radixlab
