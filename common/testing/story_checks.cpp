// What Story holds each answer against: the oracle, the ledger of handles and locks, the manager's own snapshot.
#include <algorithm>

#include "testing/story.hpp"

namespace radixlab {

using std::to_string;

// The manager has given out `handle` for a prefix of `key`: are the pages that it names that prefix's?
void Story::remember(const CacheHandle& handle, PrefixKey key) const {
  if (handle.cached_len == 0) return;
  const PrefixKey prefix(key.tokens.first(handle.cached_len), key.cache_salt);
  std::vector<PageId> pages((handle.cached_len + page_size_ - 1) / page_size_);
  told_.copy_pages(handle, pages);
  if (const std::string wrong = oracle_.mismatch(prefix, pages); !wrong.empty())
    broken("I10: the handle names " + wrong);
  const Known* const before = known(handle);
  handles_[name(handle)] = {
      key.cache_salt, {prefix.tokens.begin(), prefix.tokens.end()}, pages, before ? before->locks : 0, true};
}

void Story::check_insert(PrefixKey key, std::span<const PageId> pages, const CacheHandle& from,
                         const InsertResult& result, std::size_t longest) {
  const std::size_t n = key.tokens.size(), whole = n / page_size_ * page_size_, len = result.handle.cached_len;
  if (len == 0) return;  // nothing of it is kept: every page is the caller's
  if (len > n || len < whole || (!partial_hits_ && len != whole))
    broken("I24: after an insert of " + to_string(n) + " tokens the handle names " + to_string(len) + ", expected " +
           to_string(whole));
  if (result.cached_len > longest || result.cached_len < longest / page_size_ * page_size_)
    broken("I24: " + to_string(longest) + " tokens were cached before the insert, it says " +
           to_string(result.cached_len));
  std::vector<PageId> named((len + page_size_ - 1) / page_size_);
  told_.copy_pages(result.handle, named);
  const Known* const before = known(from);
  for (std::size_t i = 0; before && i < from.cached_len / page_size_; ++i)
    if (named[i] != before->pages[i])
      broken("I22: the insert changed who holds token " + to_string(i * page_size_) + ", which was cached");
  take_given({key.tokens.first(len), key.cache_salt}, pages, named, longest);
  remember(result.handle, key);
}

// The pages that the handle names and the caller gave are the manager's from now on.
void Story::take_given(PrefixKey key, std::span<const PageId> pages, std::span<const PageId> named,
                       std::size_t longest) {
  std::vector<bool> given(named.size());
  for (std::size_t i = 0; i < named.size(); ++i) {
    if (named[i] != pages[i]) continue;
    const std::size_t end = std::min((i + 1) * page_size_, key.tokens.size());
    const Oracle::Held* const held = oracle_.find(pages[i]);
    const auto stretch = key.tokens.first(held ? std::min(held->len, end) : end);
    if (held &&
        (held->cache_salt != key.cache_salt || !std::ranges::equal(stretch, held->prefix().first(stretch.size()))))
      broken("I3: page " + to_string(pages[i]) + " is taken for two prefixes");
    if (!held && (i + 1) * page_size_ <= longest)
      broken("I22: page " + to_string(pages[i]) + " is taken although token " + to_string(i * page_size_) +
             " was cached");
    given[i] = !held || held->len < end;
  }
  oracle_.hold(key, named, given);
}

void Story::check_victims(std::size_t num_pages, const std::vector<PageId>& freed, const Snapshot& before) const {
  for (const auto& [who, good] : handles_)
    for (const PageId page : good.pages)
      if (good.locks > 0 && std::ranges::count(freed, page) > 0)
        broken("I19: evicted page " + to_string(page) + " of a locked prefix of " + to_string(good.tokens.size()) +
               " tokens");
  if (freed.size() < num_pages || (num_pages == 0 && !freed.empty()))
    broken("I25: asked for " + to_string(num_pages) + " pages, got " + to_string(freed.size()));
  for (const NodeView& n : before.nodes)
    if (before.tree && !freed.empty() && std::ranges::count(n.pages, freed.back()) > 0 &&
        freed.size() >= num_pages + n.pages.size())
      broken("I25: asked for " + to_string(num_pages) + " pages, got " + to_string(freed.size()) +
             ": more than one node beyond");
}

void Story::forget(const std::vector<PageId>& freed) {
  std::vector<Oracle::Held> gone;
  for (const PageId page : freed) {
    const Oracle::Held* const held = oracle_.find(page);
    if (!held) broken("I28: page " + to_string(page) + " is freed twice, or was never cached");
    gone.push_back(*held);
    oracle_.forget(page);
  }
  for (const Oracle::Held& held : gone)
    if (const PageId* const orphan = oracle_.orphan_of(held))
      broken("I26: page " + to_string(*orphan) + " is still cached, but the prefix before it was evicted");
  std::erase_if(handles_, [&](const auto& entry) { return !oracle_.find(entry.second.pages.back()); });
  if (!freed.empty())
    for (auto& [who, good] : handles_) good.must_hold = false;
}

void Story::check_state(const Snapshot& shot) const {
  try {
    check(shot);
  } catch (const IntegrityError& error) {
    broken(error.what());
  }
  same_as(shot);
}

void Story::same_as(const Snapshot& shot) const {
  std::map<std::uint32_t, std::vector<TokenId>> paths;
  std::size_t pages = 0;
  for (const NodeView& n : shot.nodes) {
    std::vector<TokenId> path = n.parent ? paths.at(n.parent) : std::vector<TokenId>{};
    path.insert(path.end(), n.tokens.begin(), n.tokens.end());
    check_node(n, path, shot.tree);
    paths[n.id] = std::move(path);
    pages += n.pages.size();
  }
  if (pages != oracle_.pages().size())
    broken("I36: " + to_string(pages) + " pages in the snapshot, " + to_string(oracle_.pages().size()) +
           " by the calls");
}

void Story::check_node(const NodeView& node, std::span<const TokenId> path, bool tree) const {
  const std::size_t start = path.size() - node.tokens.size();
  for (std::size_t i = 0; i < node.pages.size(); ++i) {
    const std::size_t end = std::min(start + (i + 1) * page_size_, path.size());
    const Oracle::Held* const held = oracle_.find(node.pages[i]);
    if (!held || held->cache_salt != node.cache_salt || !std::ranges::equal(held->prefix(), path.first(end)))
      broken("I36: node " + to_string(node.id) + " shows page " + to_string(node.pages[i]) +
             (held ? " under another prefix than" : ", unknown to") + " the calls");
  }
  std::size_t locks = 0;
  for (const auto& [who, good] : handles_)
    if (std::ranges::count(good.pages, node.pages.front()) > 0) locks += good.locks;
  if (tree ? node.use.ref_count != locks : node.use.ref_count < locks)
    broken("I16: node " + to_string(node.id) + " has ref_count " + to_string(node.use.ref_count) + ", " +
           to_string(locks) + " locks end there or below");
}

}  // namespace radixlab
