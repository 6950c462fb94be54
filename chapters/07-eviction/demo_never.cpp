#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iostream>
#include <map>
#include <set>

#include "05-radix-tree/radix_cache_manager.hpp"
#include "07-eviction/demo_steps.hpp"
#include "07-eviction/policies.hpp"
#include "contract/snapshot.hpp"
#include "visualize/tree_text.hpp"

namespace radixlab {
namespace {

using Tokens = std::vector<TokenId>;
using Pages = std::vector<PageId>;

/// 7 7 with two children, and 5 5. A request that runs holds 7 7 9.
class LockedTree {
 public:
  explicit LockedTree(std::shared_ptr<EvictionPolicy> policy) : cache({.policy = std::move(policy)}) {
    cache.insert_prefix(Tokens{7, 7, 3, 1}, Pages{0, 1, 2, 3}, {});
    running_ = cache.insert_prefix(Tokens{7, 7, 9}, Pages{0, 1, 4}, {}).handle;
    cache.lock_handle(running_);
    cache.insert_prefix(Tokens{5, 5}, Pages{5, 6}, {});
  }
  void end_request() { cache.unlock_handle(running_); }
  Pages evict_all() { return cache.evict(cache.size_info().evictable_size); }
  std::string evict_two_more() {
    try {
      cache.evict(2);
      return "";
    } catch (const std::exception& refused) {
      return refused.what();
    }
  }

  RadixCacheManager cache;

 private:
  CacheHandle running_;
};

}  // namespace

void show_never(Demo& demo) {
  demo.step("What goes under no policy: what is locked, and what has children");
  LockedTree tree(nullptr);
  print_tree(std::cout, tree.cache.snapshot(), {.indent = "   "});
  std::cout << std::endl;  // fmt::print follows, into the same stream
  std::map<Pages, std::vector<std::string>> names;
  std::set<Pages> afterwards;
  for (const NamedPolicy& policy : eviction_policies()) {
    LockedTree under(policy.make());
    names[under.evict_all()].push_back(policy.name);
    under.end_request();
    afterwards.insert(under.evict_all());
  }
  Json orders = Json::array();
  for (const auto& [pages, policies] : names) {
    fmt::print("   pages {} go under {}\n", fmt::join(pages, " "), fmt::join(policies, ", "));
    orders.push_back(pages);
  }
  tree.evict_all();
  const std::string refusal = tree.evict_two_more();
  fmt::print("\n   Two pages more: {}\n", refusal);
  if (afterwards.size() != 1) throw CheckFailed("policies differ where one leaf is left");
  fmt::print("   When the request has ended: pages {} under each. 9 goes first; then 7 7 is a leaf, and goes too.\n",
             fmt::join(*afterwards.begin(), " "));
  demo.figure("never.orders", orders);
  demo.figure("never.refused", refusal);
  demo.figure("never.afterwards", *afterwards.begin());
}

}  // namespace radixlab
