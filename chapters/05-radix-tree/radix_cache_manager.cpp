// Given: the manager's parts that are not a task.
#include "05-radix-tree/radix_cache_manager.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "contract/arguments.hpp"

namespace radixlab {

RadixCacheManager::RadixCacheManager(RadixOptions options)
    : options_(std::move(options)),
      tree_(options_.page_size, options_.partial_hits),
      order_(options_.policy.get(), now_) {}

CacheHandle RadixCacheManager::match_prefix(PrefixKey key) {
  Node* const root = tree_.find_root(key.cache_salt);
  if (!root) {  // a look-up creates nothing
    ++now_;
    return {};
  }
  const RadixTree::Position found = lookup(key.tokens, {root, 0});
  const CacheHandle given = options_.partial_hits ? hit(found, key.tokens.subspan(found.len)) : handle(found);
  ++now_;  // from here on nothing fails
  if (given.cached_len > 0) touch(tree_.node(given), 1);
  return given;
}

void RadixCacheManager::copy_pages(const CacheHandle& handle, std::span<PageId> out) const {
  check_copy_arguments(handle, out, options_.page_size);
  if (handle.cached_len == 0) return;
  std::size_t missing = out.size();  // from the end to the top
  for (const Node* n = &tree_.node(handle); !n->is_root(); n = n->parent) {
    missing -= n->pages.size();
    n->pages.copy_to(out.subspan(missing));
  }
}

// A hit that ends inside a page names the node of that one page, so that the whole pages end above it.
CacheHandle RadixCacheManager::whole_pages(const CacheHandle& handle) const {
  if (handle.cached_len == 0) return {};
  Node& node = tree_.node(handle);
  if (handle.cached_len == node.end) return handle;
  Node& above = *node.parent;
  return above.is_root() ? CacheHandle{} : this->handle({&above, above.end});
}

RadixTree::Position RadixCacheManager::resume(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from) {
  const std::size_t P = options_.page_size;
  check_insert_arguments(key, pages, from, P);
  longest_ = std::max(longest_, pages.size());
  order_.reserve(tree_.num_nodes() + 1);  // each node may become an unlocked leaf, and unlocking must not fail
  if (from.cached_len == 0) return key.tokens.size() < P ? RadixTree::Position{nullptr, 0} : tree_.root(key.cache_salt);
  Node& node = tree_.node(from);
  check_from_salt(key, node.cache_salt);
  Node& last = from.cached_len % P ? *node.parent : node;
  return {&last, last.end};
}

RadixTree::Position RadixCacheManager::lookup(std::span<const TokenId> tokens, RadixTree::Position from) {
  if (!from.node)
    throw std::logic_error("lookup: no node to begin at; for a key shorter than a page resume answers none");
  if (!options_.policy) return tree_.lookup(tokens, from);
  const std::size_t before = tree_.num_nodes();
  const RadixTree::Position found = tree_.lookup(tokens, from);
  if (tree_.num_nodes() > before) tell_split(*found.node);  // the one node that a look-up makes
  return found;
}

RadixCacheManager::Node& RadixCacheManager::split(Node& lower, std::size_t at) {
  Node& upper = tree_.split_edge(lower, at);
  if (options_.policy) tell_split(upper);
  return upper;
}

void RadixCacheManager::tell_use(Node& node) {
  for (Node* n = &node; !n->is_root(); n = n->parent) options_.policy->used(*n, now_);
}

void RadixCacheManager::tell_split(Node& upper) {
  upper.children.for_each([&](Node* lower) {  // its only one
    options_.policy->split(upper, *lower);
    order_.update(*lower);  // the policy's word may be another now
  });
}

void RadixCacheManager::touch(Node& node, std::uint64_t hits) {
  if (node.use.created == 0) node.use.created = now_;
  for (Node* n = &node; !n->is_root(); n = n->parent) {
    n->use.last_used = now_;
    n->use.hits += hits;
  }
  if (options_.policy) tell_use(node);
  order_.update(node);  // above a node stands no leaf: only this one can be in the order
}

void RadixCacheManager::retain(const CacheHandle& handle, std::int32_t priority, std::uint64_t duration) {
  if (handle.cached_len == 0) return;
  for (Node* n = &tree_.node(handle); !n->is_root(); n = n->parent) {
    n->use.priority = priority;
    n->use.expires = now_ + std::min(duration, UINT64_MAX - now_);  // for ever is allowed
    order_.update(*n);
  }
}

void RadixCacheManager::rename_pages(std::span<const PageMove> moves) {
  std::unordered_map<PageId, PageId> new_name;
  for (const auto& [from, to] : moves)
    if (!new_name.try_emplace(from, to).second)
      throw std::logic_error("I31: page " + std::to_string(from) + " moves twice");
  std::unordered_set<PageId> names;
  std::vector<std::pair<Node*, PageRun>> renamed;  // what can fail comes first
  tree_.for_each_node([&](Node& n) {
    std::vector<PageId> pages(n.pages.size());
    n.pages.copy_to(pages);
    bool moved = false;
    for (PageId& page : pages) {
      if (const auto it = new_name.find(page); it != new_name.end()) page = it->second, moved = true;
      if (!names.insert(page).second) throw std::logic_error("I31: two pages would be page " + std::to_string(page));
    }
    if (moved) renamed.emplace_back(&n, PageRun(pages, tree_.arena()));
  });
  for (auto& [node, pages] : renamed) node->pages = std::move(pages);
}

void RadixCacheManager::request_ended(PrefixKey key, std::size_t found) {
  if (!options_.policy) return;
  EndedRequest ended(tree_, key, found, now_);
  try {
    options_.policy->request_ended(ended);
  } catch (const std::bad_alloc&) {  // its notes are lost: no request's end fails for them
  }
  if (Node* const leaf = ended.shown_leaf()) order_.update(*leaf);
}

// An evict cuts once, at its end. A cut needs a node, and that may fail at the first victim alone, when no page is freed
// yet: after it the pool has the first victim's node.
RadixCacheManager::Node& RadixCacheManager::victim(std::size_t pages) {
  if (order_.empty()) throw std::logic_error("I6: evictable pages, but no unlocked leaf in the order");
  Node& leaf = order_.first();
  if (options_.unit == EvictionUnit::tail && leaf.pages.size() > pages)
    split(leaf, (leaf.pages.size() - pages) * options_.page_size);
  if (options_.policy) options_.policy->evicted(leaf, now_);
  return leaf;
}

std::vector<PageId> RadixCacheManager::reset() {
  if (sizes_.protected_size > 0)
    throw std::logic_error("I37: reset while " + std::to_string(sizes_.protected_size) + " pages are locked");
  std::vector<PageId> all = evict(sizes_.evictable_size);
  now_ = 0;
  if (options_.policy) options_.policy->reset();
  return all;
}

Snapshot RadixCacheManager::snapshot() const {
  Snapshot shot{options_.page_size, true, sizes_, {}};
  tree_.for_each_node([&](const Node& n) {
    const auto tokens = n.tokens.view();
    std::vector<PageId> pages(n.pages.size());
    n.pages.copy_to(pages);
    shot.nodes.push_back({n.id + 1,
                          n.parent->is_root() ? 0 : n.parent->id + 1,
                          n.cache_salt,
                          {tokens.begin(), tokens.end()},
                          std::move(pages),
                          n.use,
                          order_.contains(n)});
  });
  return shot;
}

}  // namespace radixlab
