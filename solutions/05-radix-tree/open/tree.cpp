#include "tree.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "contract/arguments.hpp"

namespace radixlab {

std::unique_ptr<BaseCacheManager> make_open_tree(std::size_t page_size) {
  if (page_size == 0) throw std::invalid_argument("make_open_tree: page_size is 0, expected at least 1 token");
  return std::make_unique<PageTrie>(page_size);
}

PageTrie::Node& PageTrie::named(const CacheHandle& handle) const {
  const auto found = nodes_.find(handle.node);
  if (found == nodes_.end() || handle.generation != 1 || found->second->len != handle.cached_len)
    throw std::logic_error("I28: a handle of " + std::to_string(handle.cached_len) + " tokens on node " +
                           std::to_string(handle.node) + ", which is gone or ends elsewhere");
  return *found->second;
}

std::vector<TokenId> PageTrie::page_of(PrefixKey key, std::size_t begin) const {
  const auto page = key.tokens.subspan(begin, page_size_);
  return {page.begin(), page.end()};
}

// As far as whole pages agree; from.len tokens lie behind already.
PageTrie::Node& PageTrie::walk(PrefixKey key, Node& from) const {
  Node* node = &from;
  while (node->len + page_size_ <= key.tokens.size()) {
    const auto next = node->children.find(page_of(key, node->len));
    if (next == node->children.end()) break;
    node = next->second;
  }
  return *node;
}

void PageTrie::touch(Node& end) {
  ++now_;
  for (Node* n = &end; n->parent; n = n->parent) n->last_used = now_;
}

CacheHandle PageTrie::match_prefix(PrefixKey key) {
  const auto root = roots_.find(key.cache_salt);
  if (root == roots_.end()) return {};
  Node& found = walk(key, root->second);
  touch(found);
  return handle(found);
}

void PageTrie::copy_pages(const CacheHandle& handle, std::span<PageId> out) const {
  check_copy_arguments(handle, out, page_size_);
  if (handle.cached_len == 0) return;
  for (const Node* n = &named(handle); n->parent; n = n->parent) out[n->len / page_size_ - 1] = n->page;
}

void PageTrie::lock_handle(const CacheHandle& handle) {
  if (handle.cached_len == 0) return;
  for (Node* n = &named(handle); n->parent; n = n->parent) ++n->locks;
}

void PageTrie::unlock_handle(const CacheHandle& handle) {
  if (handle.cached_len == 0) return;
  Node& end = named(handle);
  if (end.locks == 0) throw std::logic_error("I18: node " + std::to_string(end.name) + " is unlocked, but has no lock");
  for (Node* n = &end; n->parent; n = n->parent) --n->locks;
}

InsertResult PageTrie::insert_prefix(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  check_insert_arguments(key, pages, from, page_size_);
  Node* start = from.cached_len > 0 ? &named(from) : nullptr;
  if (start) check_from_salt(key, start->cache_salt);
  if (key.tokens.size() < page_size_) return {};
  if (!start) start = &roots_.try_emplace(key.cache_salt, Node{.cache_salt = key.cache_salt}).first->second;

  // What is new is a chain. It is made apart and joined on at last, so that an insert that fails leaves nothing behind.
  Node& known = walk(key, *start);
  std::map<std::uint32_t, std::unique_ptr<Node>> chain;
  std::map<std::vector<TokenId>, Node*> first;
  Node* end = &known;
  for (std::uint32_t name = last_name_ + 1; end->len + page_size_ <= key.tokens.size(); ++name) {
    const std::size_t len = end->len + page_size_;
    const PageId page = pages[end->len / page_size_];
    chain[name] = std::make_unique<Node>(Node{end, name, key.cache_salt, len, page});
    (end == &known ? first : end->children).emplace(page_of(key, end->len), chain[name].get());
    end = chain[name].get();
  }
  known.children.merge(first);  // from here on nothing throws
  nodes_.merge(chain);
  last_name_ = std::max(last_name_, end->name);
  touch(*end);
  return {known.len, handle(*end)};
}

std::vector<PageId> PageTrie::evict(std::size_t num_pages) {
  if (const std::size_t evictable = size_info().evictable_size; num_pages > evictable)
    throw std::runtime_error("I25: asked to evict " + std::to_string(num_pages) + " pages, " +
                             std::to_string(evictable) + " are evictable");
  std::vector<PageId> freed;
  freed.reserve(num_pages);
  while (freed.size() < num_pages) {
    const Node* oldest = nullptr;  // of the unlocked leaves
    for (const auto& [name, n] : nodes_)
      if (n->locks == 0 && n->children.empty() && (!oldest || n->last_used < oldest->last_used)) oldest = n.get();
    freed.push_back(oldest->page);
    std::erase_if(oldest->parent->children, [&](const auto& child) { return child.second == oldest; });
    nodes_.erase(oldest->name);
  }
  return freed;
}

std::vector<PageId> PageTrie::reset() {
  if (size_info().protected_size > 0) throw std::logic_error("I37: reset while a prefix is locked");
  std::vector<PageId> freed;
  for (const auto& [name, n] : nodes_) freed.push_back(n->page);
  nodes_.clear();
  roots_.clear();
  return freed;
}

SizeInfo PageTrie::size_info() const {
  const auto locked = std::ranges::count_if(nodes_, [](const auto& entry) { return entry.second->locks > 0; });
  return {nodes_.size() - static_cast<std::size_t>(locked), static_cast<std::size_t>(locked)};
}

Snapshot PageTrie::snapshot() const {
  Snapshot shot{page_size_, true, size_info(), {}};
  for (const auto& [name, n] : nodes_) {
    const auto in_parent =
        std::ranges::find(n->parent->children, n.get(), [](const auto& child) { return child.second; });
    shot.nodes.push_back({.id = name,
                          .parent = n->parent->name,
                          .cache_salt = n->cache_salt,
                          .tokens = in_parent->first,
                          .pages = {n->page},
                          .use = {.ref_count = n->locks, .last_used = n->last_used},
                          .evictable = n->locks == 0 && n->children.empty()});
  }
  return shot;
}

}  // namespace radixlab
