#include "testing/followed_tree.hpp"

#include <algorithm>

namespace radixlab {
namespace {

std::size_t common_len(std::span<const TokenId> a, std::span<const TokenId> b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

void FollowedTree::follow(const RecordedCall& call) {
  if (call.error) return;
  if (call.found) remember(call);
  if (call.op == "insert" && call.found) hold(call);
  if (call.op == "rename_pages") rename(call.moves);
  if ((call.op == "evict" || call.op == "reset") && call.named) forget(*call.named);
  if (const auto it = named_.find(call.handle); it != named_.end()) {
    if (call.op == "lock") ++it->second.locks;
    if (call.op == "unlock" && it->second.locks > 0) --it->second.locks;
  }
}

const FollowedTree::Named* FollowedTree::find(const RecordedHandle& handle) const {
  const auto it = named_.find(handle);
  return it == named_.end() ? nullptr : &it->second;
}

void FollowedTree::remember(const RecordedCall& call) {
  const Named* const longer = call.op == "whole_pages" ? find(call.handle) : nullptr;
  const std::vector<TokenId>& text = longer ? longer->tokens : call.tokens;
  const std::uint32_t salt = longer ? longer->cache_salt : call.cache_salt;
  const std::size_t len = (*call.found)[0];
  if (len == 0 || len > text.size()) return;
  const std::vector<TokenId> prefix(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(len));
  const Named* const before = find(*call.found);
  const bool same = before && before->cache_salt == salt && before->tokens == prefix;
  named_[*call.found] = {salt, prefix, same ? before->locks : 0};
}

// Pages of the text that nobody held before are the manager's now.
void FollowedTree::hold(const RecordedCall& call) {
  const std::size_t len = (*call.found)[0], count = (len + page_size_ - 1) / page_size_;
  if (len > call.tokens.size() || count > call.pages.size()) return;
  const auto text = std::span(call.tokens).first(len);
  std::vector<bool> given(count, true);
  for (const auto& [id, held] : cached_.pages()) {
    if (held.cache_salt != call.cache_salt || start(held) >= text.size()) continue;
    const std::size_t page = start(held) / page_size_, end = std::min(start(held) + page_size_, text.size());
    if (common_len(held.prefix(), text) >= end) given[page] = false;
  }
  if (count > 0 && given.back()) ends_.insert(call.pages[count - 1]);
  cached_.hold({text, call.cache_salt}, std::span(call.pages).first(count), given);
}

void FollowedTree::rename(std::span<const PageMove> moves) {
  cached_.rename(moves);
  std::set<PageId> ends;
  for (const PageId page : ends_) ends.insert(Oracle::renamed(page, moves));
  ends_ = std::move(ends);
}

void FollowedTree::forget(const std::vector<PageId>& pages) {
  for (const PageId page : pages) {
    ends_.erase(page);
    cached_.forget(page);
  }
}

std::size_t FollowedTree::locks_on(const Oracle::Held& held) const {
  std::size_t locks = 0;
  for (const auto& [handle, named] : named_)
    if (named.locks > 0 && named.cache_salt == held.cache_salt && named.tokens.size() > start(held) &&
        common_len(named.tokens, held.prefix()) >= std::min(named.tokens.size(), held.len))
      locks += named.locks;
  return locks;
}

// In the order of their text, so that a page's parent is the last one before it whose text it goes on from.
std::vector<FollowedTree::Page> FollowedTree::pages() const {
  std::vector<Page> pages;
  for (const auto& [id, held] : cached_.pages()) pages.push_back({id, &held, kNone, locks_on(held)});
  std::ranges::sort(pages, [](const Page& a, const Page& b) {
    if (a.held->cache_salt != b.held->cache_salt) return a.held->cache_salt < b.held->cache_salt;
    return std::ranges::lexicographical_compare(a.held->prefix(), b.held->prefix());
  });
  std::vector<std::size_t> path;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const Oracle::Held& held = *pages[i].held;
    const auto goes_on = [&](const Oracle::Held& above) {
      return above.cache_salt == held.cache_salt && above.len <= start(held) &&
             common_len(above.prefix(), held.prefix()) == above.len;
    };
    while (!path.empty() && !goes_on(*pages[path.back()].held)) path.pop_back();
    if (!path.empty()) ++pages[pages[i].parent = path.back()].children;
    path.push_back(i);
  }
  return pages;
}

Snapshot FollowedTree::snapshot() const {
  Snapshot shot{.page_size = page_size_, .tree = true};
  std::vector<Page> all = pages();
  for (Page& page : all) {
    const Page* const above = page.parent == kNone ? nullptr : &all[page.parent];
    const auto tokens = page.held->prefix().subspan(start(*page.held));
    (page.locks > 0 ? shot.claimed.protected_size : shot.claimed.evictable_size) += 1;
    const bool goes_on = above && above->children == 1 && above->locks == page.locks && !ends_.contains(above->id);
    if (!goes_on) {
      const auto id = static_cast<std::uint32_t>(shot.nodes.size() + 1);
      shot.nodes.push_back({.id = id, .parent = above ? above->node : 0, .cache_salt = page.held->cache_salt});
      shot.nodes.back().use.ref_count = page.locks;
    }
    page.node = goes_on ? above->node : static_cast<std::uint32_t>(shot.nodes.size());
    NodeView& node = shot.nodes[page.node - 1];
    node.tokens.insert(node.tokens.end(), tokens.begin(), tokens.end());
    node.pages.push_back(page.id);
    node.evictable = page.locks == 0 && page.children == 0;
  }
  return shot;
}

}  // namespace radixlab
