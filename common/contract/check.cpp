#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "contract/snapshot.hpp"

namespace radixlab {
namespace {

using std::to_string;
using Text = std::vector<TokenId>;

std::string name(const NodeView& node) { return "node " + to_string(node.id); }

[[noreturn]] void broken(const std::string& rule, const std::string& what) { throw IntegrityError(rule + ": " + what); }

// Ids are unique and name a parent that came before: every other rule walks by them.
void check_links(const Snapshot& s) {
  std::map<std::uint32_t, const NodeView*> seen;
  for (const NodeView& n : s.nodes) {
    if (n.id == 0 || !seen.emplace(n.id, &n).second) broken("I2", name(n) + " is listed twice, or has no id");
    if (n.parent == 0) continue;
    const auto parent = seen.find(n.parent);
    if (parent == seen.end())
      broken("I2", name(n) + " hangs on node " + to_string(n.parent) + ", which does not come before it");
    if (parent->second->cache_salt != n.cache_salt)
      broken("I11", name(n) + " has salt " + to_string(n.cache_salt) + ", its parent " +
                        to_string(parent->second->cache_salt));
    if (parent->second->tokens.size() % s.page_size > 0)
      broken("I1", name(n) + " hangs on node " + to_string(n.parent) + ", whose " +
                       to_string(parent->second->tokens.size()) + " tokens end inside a page of " +
                       to_string(s.page_size));
  }
}

void check_pages(const Snapshot& s) {
  std::set<PageId> held;
  for (const NodeView& n : s.nodes) {
    const std::size_t expected = (n.tokens.size() + s.page_size - 1) / s.page_size;
    if (n.tokens.empty() || n.pages.size() != expected)
      broken("I1", name(n) + " has " + to_string(n.tokens.size()) + " tokens: expected " +
                       to_string(std::max<std::size_t>(expected, 1)) + " pages of " + to_string(s.page_size) +
                       ", found " + to_string(n.pages.size()));
    for (const PageId page : n.pages)
      if (!held.insert(page).second)
        broken("I3", "page " + to_string(page) + " is held twice, the second time by " + name(n));
  }
}

void check_siblings(const Snapshot& s) {
  std::set<std::tuple<std::uint32_t, std::uint32_t, Text>> firsts;
  for (const NodeView& n : s.nodes) {
    const auto end = n.tokens.begin() + static_cast<std::ptrdiff_t>(std::min(s.page_size, n.tokens.size()));
    if (!firsts.emplace(n.cache_salt, n.parent, Text(n.tokens.begin(), end)).second)
      broken("I2", name(n) + " begins with the same page of tokens as a sibling (I5: no two nodes have one path)");
  }
}

void check_locks(const Snapshot& s) {
  std::map<std::uint32_t, std::size_t> below, children;  // by parent: locks, nodes
  SizeInfo real;
  for (const NodeView& n : s.nodes) {
    (n.use.ref_count > 0 ? real.protected_size : real.evictable_size) += n.pages.size();
    below[n.parent] += n.use.ref_count;
    ++children[n.parent];
  }
  for (const NodeView& n : s.nodes) {
    const std::size_t needed = below[n.id];
    if (n.use.ref_count < needed && s.tree)
      broken("I16", name(n) + " has ref_count " + to_string(n.use.ref_count) + ", expected at least " +
                        to_string(needed) + ", the sum of its children's");
    const bool expected = n.use.ref_count == 0 && children[n.id] == 0;
    if (s.tree && n.evictable != expected)
      broken("I6", name(n) + (n.evictable ? " stands in the eviction order" : " is missing in the eviction order") +
                       ": " + to_string(children[n.id]) + " children, ref_count " + to_string(n.use.ref_count));
  }
  if (real != s.claimed)
    broken("I17", "expected " + to_string(real.evictable_size) + " evictable and " + to_string(real.protected_size) +
                      " protected pages, found claims of " + to_string(s.claimed.evictable_size) + " and " +
                      to_string(s.claimed.protected_size));
}

}  // namespace

void check(const Snapshot& snapshot) {
  if (snapshot.page_size == 0) broken("I1", "a page of 0 tokens");
  check_links(snapshot);
  check_pages(snapshot);
  if (snapshot.tree) check_siblings(snapshot);
  check_locks(snapshot);
}

void BaseCacheManager::check_integrity() const { check(snapshot()); }

}  // namespace radixlab
