#include <fmt/format.h>

#include "05-radix-tree/demo_steps.hpp"
#include "05-radix-tree/demo_tree.hpp"
#include "io/error.hpp"
#include "visualize/label_text.hpp"

namespace radixlab {
namespace {

const std::vector<TokenId> kFirst = {7, 7, 3, 1}, kSecond = {7, 7, 9};

std::string place_of(const DemoTree& tree, const CacheHandle& handle) {
  return fmt::format("{} of node #{}, {}", counted(handle.cached_len, "token"), handle.node + 1,
                     "pages " + page_ranges(tree.pages_of(handle), 3));
}

std::string refusal_of(DemoTree& tree, std::size_t num_pages) try {
  tree.cache.evict(num_pages);
  throw CheckFailed("what two requests hold was evicted");
} catch (const std::runtime_error& refused) {
  return refused.what();
}

}  // namespace

void show_split(Demo& demo) {
  DemoTree tree(demo);
  const CacheHandle first = tree.publish(kFirst).handle;
  tree.moment("7 7 3 1 is published", "its handle: " + place_of(tree, first));
  const CacheHandle hit = tree.cache.match_prefix(kSecond);
  tree.moment("7 7 9 is looked up: a cut behind 7 7", "found: " + place_of(tree, hit));
  const CacheHandle second = tree.publish(kSecond).handle;
  tree.moment("7 7 9 is published: a new leaf", "its handle: " + place_of(tree, second));
  fmt::print("   the first handle, taken before the cut (I15): {}\n", place_of(tree, first));
  demo.figure("split.found", hit.cached_len);
  demo.figure("split.first_pages", tree.pages_of(first));
  demo.figure("split.second_pages", tree.pages_of(second));
  demo.figure("split.nodes", tree.cache.num_nodes());
  tree.picture("split");
}

void show_locks(Demo& demo) {
  DemoTree tree(demo);
  Json sizes = Json::array();
  const auto moment = [&](const std::string& title, const std::string& words) {
    tree.moment(title, words);
    sizes.push_back({tree.cache.size_info().evictable_size, tree.cache.size_info().protected_size});
  };
  const CacheHandle a = tree.publish(kFirst).handle;
  tree.cache.lock_handle(a);
  moment("a runs: 7 7 3 1 is locked", "a locks " + place_of(tree, a));
  tree.cache.match_prefix(kSecond);
  moment("b looks up 7 7 9: both halves keep a's lock", "a's handle is good, and unlocks both halves (I13, I15)");
  const CacheHandle b = tree.publish(kSecond).handle;
  tree.cache.lock_handle(b);
  const std::string refused = refusal_of(tree, 1);
  moment("b runs: 7 7 is held by two", "evict(1) is refused: " + refused);
  tree.cache.unlock_handle(a);
  moment("a is done: 3 1 may go, 7 7 is b's", "unlocked: " + place_of(tree, a));
  const std::vector<PageId> freed = tree.cache.evict(1);
  tree.source.give(freed);
  moment("evict(1): a leaf goes, whole", "freed: pages " + page_ranges(freed, 3));
  tree.cache.unlock_handle(b);
  const std::vector<PageId> rest = tree.cache.evict(3);
  tree.source.give(rest);
  fmt::print("   b is done, and evict(3) frees {}: the leaf, and then its parent (I26)\n", page_ranges(rest, 3));
  demo.figure("locks.sizes", sizes);
  demo.figure("locks.refused", refused);
  demo.figure("locks.freed", freed);
  demo.figure("locks.freed_at_last", rest);
  tree.picture("locks");
}

}  // namespace radixlab
