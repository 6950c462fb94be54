#include "manager.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "contract/arguments.hpp"

namespace radixlab {

std::unique_ptr<CountingCacheManager> make_open_manager(std::size_t page_size) {
  if (page_size == 0) throw std::invalid_argument("make_open_manager: page_size is 0, expected at least 1 token");
  return std::make_unique<FifoCacheManager>(page_size);
}

CacheHandle FifoCacheManager::longest(PrefixKey key) const {
  CacheHandle best;
  for (const Text& text : texts_) {
    if (text.cache_salt != key.cache_salt) continue;
    const auto end = std::ranges::mismatch(key.tokens, text.tokens).in1;
    const std::size_t len = static_cast<std::size_t>(end - key.tokens.begin()) / page_size_ * page_size_;
    if (len > best.cached_len) best = {len, text.name, 1};
  }
  return best;
}

CacheHandle FifoCacheManager::match_prefix(PrefixKey key) {
  const CacheHandle found = longest(key);
  ++(found.cached_len > 0 ? statistics_.hits : statistics_.misses);
  return found;
}

const FifoCacheManager::Text& FifoCacheManager::text_of(const CacheHandle& handle) const {
  const auto text = std::ranges::find(texts_, handle.node, &Text::name);
  if (text == texts_.end() || handle.generation != 1 || handle.cached_len > text->tokens.size() ||
      handle.cached_len % page_size_ > 0)
    throw std::logic_error("I28: a handle of " + std::to_string(handle.cached_len) + " tokens on text " +
                           std::to_string(handle.node) + ", which does not hold them");
  return *text;
}

std::span<const PageId> FifoCacheManager::pages_of(const CacheHandle& handle) const {
  if (handle.cached_len == 0) return {};
  return std::span(text_of(handle).pages).first(handle.cached_len / page_size_);
}

void FifoCacheManager::copy_pages(const CacheHandle& handle, std::span<PageId> out) const {
  check_copy_arguments(handle, out, page_size_);
  std::ranges::copy(pages_of(handle), out.begin());
}

void FifoCacheManager::lock_handle(const CacheHandle& handle) {
  for (const PageId page : pages_of(handle)) ++uses_.at(page).locks;
}

void FifoCacheManager::unlock_handle(const CacheHandle& handle) {
  const std::span<const PageId> pages = pages_of(handle);
  if (!pages.empty() && uses_.at(pages.back()).locks == 0)  // whoever locks a page locks those before it
    throw std::logic_error("I18: unlock of " + std::to_string(handle.cached_len) + " tokens that nobody locked");
  for (const PageId page : pages) --uses_.at(page).locks;
}

InsertResult FifoCacheManager::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  const std::size_t whole = key.tokens.size() / page_size_;
  check_insert_arguments(key, pages, from, page_size_);
  if (from.cached_len > 0) {
    const Text& text = text_of(from);
    check_from_salt(key, text.cache_salt);
    if (!std::ranges::equal(std::span(text.tokens).first(from.cached_len), key.tokens.first(from.cached_len)))
      throw std::invalid_argument("insert_prefix: from is no prefix of the key");
  }
  const CacheHandle had = longest(key);
  if (had.cached_len == whole * page_size_) return {had.cached_len, had};

  const std::span<const TokenId> kept = key.tokens.first(whole * page_size_);
  Text text{last_name_ + 1, key.cache_salt, {kept.begin(), kept.end()}, {}};
  const std::span<const PageId> shared = pages_of(had), given = pages.first(whole).subspan(shared.size());
  text.pages.assign(shared.begin(), shared.end());
  text.pages.insert(text.pages.end(), given.begin(), given.end());
  std::map<PageId, Use> more;
  for (const PageId page : given) more[page];
  texts_.reserve(texts_.size() + 1);
  uses_.merge(more);  // from here on nothing throws
  for (const PageId page : text.pages) ++uses_.at(page).texts;
  texts_.push_back(std::move(text));
  return {had.cached_len, {whole * page_size_, ++last_name_, 1}};
}

// Gives up what stands behind the text's locked pages.
void FifoCacheManager::shorten(Text& text, std::vector<PageId>& freed) {
  for (; !text.pages.empty() && uses_.at(text.pages.back()).locks == 0; text.pages.pop_back()) {
    const auto use = uses_.find(text.pages.back());
    if (--use->second.texts > 0) continue;
    freed.push_back(use->first);
    uses_.erase(use);
  }
  text.tokens.resize(text.pages.size() * page_size_);
}

std::vector<PageId> FifoCacheManager::evict(std::size_t num_pages) {
  if (const std::size_t evictable = size_info().evictable_size; num_pages > evictable)
    throw std::runtime_error("I25: asked to evict " + std::to_string(num_pages) + " pages, " +
                             std::to_string(evictable) + " are evictable");
  std::vector<PageId> freed;
  freed.reserve(uses_.size());
  for (auto text = texts_.begin(); freed.size() < num_pages; ++text) shorten(*text, freed);
  std::erase_if(texts_, [](const Text& text) { return text.pages.empty(); });
  statistics_.evicted += freed.size();
  return freed;
}

std::vector<PageId> FifoCacheManager::reset() {
  if (size_info().protected_size > 0) throw std::logic_error("I37: reset while a prefix is locked");
  std::vector<PageId> freed;
  for (const auto& [page, use] : uses_) freed.push_back(page);
  texts_.clear();
  uses_.clear();
  return freed;
}

SizeInfo FifoCacheManager::size_info() const {
  const auto locked = std::ranges::count_if(uses_, [](const auto& entry) { return entry.second.locks > 0; });
  return {uses_.size() - static_cast<std::size_t>(locked), static_cast<std::size_t>(locked)};
}

// A node a page, below the page before it: pages that several texts share are shown once.
Snapshot FifoCacheManager::snapshot() const {
  Snapshot shot{page_size_, false, size_info(), {}};
  std::map<PageId, std::uint32_t> ids;
  for (const Text& text : texts_)
    for (std::size_t i = 0; i < text.pages.size(); ++i) {
      const PageId page = text.pages[i];
      if (!ids.try_emplace(page, static_cast<std::uint32_t>(ids.size() + 1)).second) continue;
      const auto tokens = std::span(text.tokens).subspan(i * page_size_, page_size_);
      const std::size_t locks = uses_.at(page).locks;
      shot.nodes.push_back({.id = ids.at(page),
                            .parent = i > 0 ? ids.at(text.pages[i - 1]) : 0,
                            .cache_salt = text.cache_salt,
                            .tokens = {tokens.begin(), tokens.end()},
                            .pages = {page},
                            .use = {.ref_count = locks},
                            .evictable = locks == 0});
    }
  return shot;
}

}  // namespace radixlab
